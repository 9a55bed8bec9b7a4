import type { MissingReference } from '../../domain/finding.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { formatRef, sameObject } from '../../domain/object-ref.ts';
import { createOwnerIndex } from '../../domain/owners.ts';
import { refOfKind } from '../../domain/snapshot.ts';
import { podTemplatePath } from '../../domain/pod-template.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { formatCommit } from './field-history.ts';
import type { KnownObject } from './known-objects.ts';
import { keysOf } from './known-objects.ts';
import { baseName } from './kustomize-hash.ts';
import type { ProposeContext } from './proposer.ts';

/**
 * Why the name of a missing object is no slip of the pen: another object of the Application makes it or asks for it too (a
 * SealedSecret, an ExternalSecret, a Certificate: their controller is what failed), or it was declared in Git before.
 * Undefined where nothing shows that.
 */
export async function meantSo(context: ProposeContext, missing: MissingReference): Promise<string | undefined> {
  const maker = context.siblings.find(
    (sibling) => !sameObject(sibling.ref, context.declared.ref) && asksFor(sibling, missing),
  );
  if (maker) return `${maker.ref.kind} ${maker.ref.name} of the same Application names it too`;
  const until = await declaredUntil(context, ({ ref }) => sameBase(ref, missing));
  return until && `${missing.kind} ${missing.name} was in Git until ${until}`;
}

/**
 * Another object of the Application that makes the missing one and gives it this very key (a SealedSecret, an ExternalSecret):
 * the key is meant, and its controller has not come to it yet.
 */
export function keyGivenBy({ siblings, declared }: ProposeContext, missing: MissingReference): string | undefined {
  const maker = siblings.find(
    (sibling) =>
      !sameObject(sibling.ref, declared.ref) &&
      asksFor(sibling, missing) &&
      Object.entries(sibling.object).some(([field, value]) => field !== 'metadata' && tells(value, missing.key ?? '')),
  );
  return maker && `${maker.ref.kind} ${maker.ref.name} of the same Application gives it`;
}

/** The commit until which the declared object had the key: then the object changed, not the reference. */
export function hadKeyUntil(
  context: ProposeContext,
  missing: MissingReference,
  key: string,
): Promise<string | undefined> {
  return declaredUntil(context, (object) => sameBase(object.ref, missing) && keysOf(object).includes(key));
}

/** The commit after the newest earlier version that declares such an object. */
async function declaredUntil(
  context: ProposeContext,
  isMeant: (object: RenderedObject) => boolean,
): Promise<string | undefined> {
  let newer: string | undefined;
  for await (const { objects, commit } of context.versions()) {
    if (newer !== undefined && objects.some(isMeant)) return newer;
    newer = formatCommit(commit);
  }
  return undefined;
}

/**
 * A pod of another workload that uses a claim or an account: its data and its rights are not given away for a near name, unless
 * this Application declares the object itself. Undefined for other kinds.
 */
export function userOf(
  { snapshot, declared }: ProposeContext,
  { kind, namespace }: MissingReference,
  object: KnownObject,
): string | undefined {
  if (kind === 'ServiceAccount' && object.declared) return undefined;
  const uses = ({ spec }: Pod): boolean =>
    kind === 'ServiceAccount'
      ? spec.serviceAccountName === object.name
      : kind === 'PersistentVolumeClaim' &&
        (spec.volumes ?? []).some(({ persistentVolumeClaim: claim }) => claim?.claimName === object.name);
  const owners = createOwnerIndex(snapshot);
  const user = snapshot.objects.Pod.find((pod) => pod.metadata.namespace === namespace && uses(pod));
  const owner = user && owners.topOwner(refOfKind('Pod', user.metadata));
  return owner === undefined || sameObject(owner, declared.ref) ? undefined : formatRef(owner);
}

/**
 * Whether the missing name is the workload's own (`user-config` of `user`) and the other one is not (`users-config`): two
 * services whose names differ in a letter have objects whose names do.
 */
export function isOwn({ declared }: ProposeContext, { name }: MissingReference, other: string): boolean {
  return belongsTo(name, declared.ref.name) && !belongsTo(other, declared.ref.name);
}

/** Whether a name is that of a workload, or begins or ends with it as a whole word. */
export function belongsTo(name: string, workload: string): boolean {
  return name === workload || name.startsWith(`${workload}-`) || name.endsWith(`-${workload}`);
}

/** Objects that use what they name, as the failing workload does, or name other things. */
const USERS: ReadonlySet<string> = new Set([
  'ConfigMap',
  'Secret',
  'Service',
  'PersistentVolumeClaim',
  'ServiceAccount',
]);

/** What Kubernetes' own objects can name: the same word in them may be the name of another kind. */
const NAMED_BY: Readonly<Partial<Record<string, readonly string[]>>> = {
  Ingress: ['Service', 'Secret'],
  HorizontalPodAutoscaler: ['Deployment', 'StatefulSet', 'ReplicaSet'],
  RoleBinding: ['ServiceAccount'],
  ClusterRoleBinding: ['ServiceAccount'],
};

/** Whether an object that pods do not run from makes the missing one, or names it. */
export function asksFor({ ref, object }: RenderedObject, missing: MissingReference): boolean {
  if (ref.namespace !== missing.namespace || podTemplatePath(ref.kind) !== undefined || USERS.has(ref.kind))
    return false;
  if (NAMED_BY[ref.kind]?.includes(missing.kind) === false) return false;
  if (ref.name === missing.name && isOperators(ref)) return true;
  return Object.entries(object).some(([field, value]) => field !== 'metadata' && holds(value, missing.name));
}

/** A group with a dot that is not of Kubernetes itself. */
function isOperators({ apiVersion }: ObjectRef): boolean {
  const [group = '', version] = apiVersion.split('/');
  return version !== undefined && group.includes('.') && !group.endsWith('.k8s.io');
}

function holds(value: JsonValue, text: string): boolean {
  if (isArray(value)) return value.some((item) => holds(item, text));
  if (isObject(value)) return Object.values(value).some((item) => holds(item, text));
  return value === text;
}

/** As `holds`, with the names of fields. */
function tells(value: JsonValue, text: string): boolean {
  if (isArray(value)) return value.some((item) => tells(item, text));
  if (isObject(value)) return Object.hasOwn(value, text) || Object.values(value).some((item) => tells(item, text));
  return value === text;
}

function sameBase({ kind, namespace, name }: ObjectRef, missing: MissingReference): boolean {
  return kind === missing.kind && namespace === missing.namespace && baseName(name) === baseName(missing.name);
}
