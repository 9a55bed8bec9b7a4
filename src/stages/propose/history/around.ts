import { getField } from '../../../domain/field-path.ts';
import { deepEqual, isArray, isObject } from '../../../domain/json.ts';
import type { ObjectRef } from '../../../domain/object-ref.ts';
import { formatRef, sameObject } from '../../../domain/object-ref.ts';
import { podTemplatePath } from '../../../domain/pod-template.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import type { DeclaredContainer } from '../pod-template.ts';
import { declaredContainers, declaredPodSpec } from '../pod-template.ts';
import type { ProposeContext } from '../proposer.ts';
import { asksFor } from '../missing-names.ts';
import { selectorMatches, texts } from '../workloads.ts';
import type { Explaining } from './explains.ts';
import { namesHost } from './outside.ts';
import { TROUBLE } from './remote.ts';
import type { Unit } from './units.ts';
import { unitsOf } from './units.ts';

/** The API server's refusal of a pod's own account (k8s.io/apiserver, errors.NewForbidden). */
const FORBIDDEN = /is forbidden: User \\?"system:serviceaccount:/;
const ACCOUNT_WORDS = ['system:serviceaccount'];
/** Where a pod finds the token of its account (plugin/pkg/admission/serviceaccount). */
const TOKEN = 'secrets/kubernetes.io/serviceaccount';
/** A probe that is refused: by the program, or by what a mesh puts before it. */
const DENIED = /statuscode: 40[13]\b/;
/** Addresses that another container of the same pod answers on. */
const LOOPBACK = /(?<![\w.-])(?:localhost|127\.0\.0\.\d+)(?![\w.-])|\[::1\]/;
const RBAC: ReadonlySet<string> = new Set([
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'ServiceAccount',
]);
const MESH = /(?:^|\.)(?:istio\.io|linkerd\.io|cilium\.io)$/;
/** Volumes whose content no container of the pod writes. */
const GIVEN: readonly string[] = ['configMap', 'secret', 'projected', 'downwardAPI'];

/**
 * What changed beyond the container and can explain how its process fails. Fields: of init containers that write where it reads;
 * of all others of the pod, where the symptom tells of an address that they share. Other objects, which are never put back but
 * raise doubt: rights, where the API server refuses the account; network policies and the Services (with their
 * workloads) that the symptom names, where it tells of another system that does not answer.
 */
export function aroundUnits(
  context: ProposeContext,
  then: RenderedObject,
  what: Explaining,
  own: readonly Unit[],
  before: readonly RenderedObject[],
  text: string,
): Unit[] {
  const neighbours = new Set(neighboursOf(context, text).map(({ name }) => name));
  const fields = neighbours.size === 0 ? [] : unitsOf(context.declared, then.object, { ...what, pod: [] }, neighbours);
  return [...fields.filter((unit) => !own.some((mine) => isTwin(unit, mine))), ...objects(context, before, text)];
}

function neighboursOf({ declared, incident }: ProposeContext, text: string): DeclaredContainer[] {
  const all = declaredContainers(declared);
  const mine = all.find(({ name }) => name === incident.container);
  if (!mine) return [];
  const others = all.filter((one) => one !== mine);
  if (text.split('\n').some((line) => TROUBLE.test(line) && LOOPBACK.test(line))) return others;
  const read = writableVolumes(declared, mine);
  return others.filter(
    (one) => one.list === 'initContainers' && writableVolumes(declared, one).some((volume) => read.includes(volume)),
  );
}

/** Names of the volumes that a container mounts and that containers can write. */
function writableVolumes(declared: RenderedObject, { value }: DeclaredContainer): string[] {
  const volumes = getField(declaredPodSpec(declared) ?? {}, ['volumes']);
  const given = (isArray(volumes) ? volumes : []).filter(
    (volume) => isObject(volume) && GIVEN.some((source) => volume[source] !== undefined),
  );
  const names = given.map((volume) => getField(volume, ['name']));
  const mounts = value['volumeMounts'];
  return (isArray(mounts) ? mounts : []).flatMap((mount) => {
    const name = getField(mount, ['name']);
    return typeof name === 'string' && !names.includes(name) ? [name] : [];
  });
}

/** The same step of an image in two containers: one release, of which the failing container tells enough. */
function isTwin({ path, leaves: [a] }: Unit, { path: other, leaves: [b] }: Unit): boolean {
  if (path.at(-1) !== 'image' || other.at(-1) !== 'image') return false;
  return a !== undefined && b !== undefined && a.from === b.from && a.to === b.to;
}

/**
 * Doubt about a reference: what makes the missing object (an ExternalSecret, a Certificate) changed as well, so that the new
 * name may be the right one as soon as its controller has come to it.
 */
export function changedMakers(context: ProposeContext, before: readonly RenderedObject[]): Unit[] {
  const { missing } = context.incident.facts;
  if (missing === undefined) return [];
  const makers = changedObjects(context, before).filter(
    (object) => !sameObject(object.ref, context.declared.ref) && asksFor(object, missing),
  );
  return makers.map((maker) => doubt(context, maker, [missing.key ?? missing.name]));
}

function doubt({ declared }: ProposeContext, { ref }: RenderedObject, words: readonly string[]): Unit {
  return {
    object: declared,
    before: declared.object,
    path: ['metadata', 'name'],
    leaves: [],
    called: formatRef(ref),
    untouchable: `${formatRef(ref)} changed too, and the symptom may well come of that`,
    words,
  };
}

function objects(context: ProposeContext, before: readonly RenderedObject[], text: string): Unit[] {
  const { declared } = context;
  const changed = changedObjects(context, before).filter(({ ref }) => !sameObject(ref, declared.ref));
  const refused = FORBIDDEN.test(text);
  const rights = changed.filter(
    ({ ref: { kind } }) => (refused && RBAC.has(kind)) || (kind === 'ServiceAccount' && text.includes(TOKEN)),
  );
  const trouble = TROUBLE.test(text);
  const policies = trouble || DENIED.test(text) ? changed.filter(({ ref }) => isNetwork(ref)) : [];
  const named = trouble ? namedServices(context, before, changed, text) : [];
  return [
    ...rights.map((one) => doubt(context, one, refused ? ACCOUNT_WORDS : [TOKEN])),
    ...policies.map((one) => doubt(context, one, [])),
    ...named.map(({ object, host }) => doubt(context, object, [host])),
  ];
}

/** Objects that differ between the two states, or are in one of them only. */
function changedObjects({ siblings }: ProposeContext, before: readonly RenderedObject[]): RenderedObject[] {
  const gone = before.filter((then) => !siblings.some(({ ref }) => sameObject(ref, then.ref)));
  const others = siblings.filter((now) => {
    const then = before.find(({ ref }) => sameObject(ref, now.ref));
    return !then || !deepEqual(now.object, then.object);
  });
  return [...others, ...gone];
}

function isNetwork({ apiVersion, kind }: ObjectRef): boolean {
  const [group = ''] = apiVersion.split('/');
  return kind.endsWith('NetworkPolicy') || MESH.test(group);
}

/** Services that the symptom names as hosts and that changed, by themselves or in what runs behind them. */
function namedServices(
  { siblings, declared }: ProposeContext,
  before: readonly RenderedObject[],
  changed: readonly RenderedObject[],
  text: string,
): { readonly object: RenderedObject; readonly host: string }[] {
  const services = [...siblings, ...before].filter(({ ref }) => ref.kind === 'Service');
  const own = texts(getField(declared.object, [...(podTemplatePath(declared.ref.kind) ?? []), 'metadata', 'labels']));
  const unique = services.filter((one, i) => services.findIndex(({ ref }) => sameObject(ref, one.ref)) === i);
  return unique.flatMap((service) => {
    const { name, namespace } = service.ref;
    if (!namesHost(text, name, namespace === declared.ref.namespace ? undefined : namespace)) return [];
    const selector = texts(getField(service.object, ['spec', 'selector']));
    // Every event of a pod names its container and its workload, as their Service is called.
    if (selectorMatches(selector, own)) return [];
    const behind = changed.filter(({ ref, object }) => {
      const template = podTemplatePath(ref.kind);
      const labels = template && getField(object, [...template, 'metadata', 'labels']);
      return sameObject(ref, service.ref) || (ref.namespace === namespace && selectorMatches(selector, texts(labels)));
    });
    return behind.map((object) => ({ object, host: name }));
  });
}
