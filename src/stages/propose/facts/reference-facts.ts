import type { MissingReference } from '../../../domain/finding.ts';
import { formatRef, sameObject } from '../../../domain/object-ref.ts';
import { isBlind } from '../../../domain/snapshot.ts';
import { objectIn } from '../field-history.ts';
import { knownObjects } from '../known-objects.ts';
import type { PodReference } from '../pod-references.ts';
import { podReferences } from '../pod-references.ts';
import type { ProposeContext } from '../proposer.ts';
import { ranBefore } from '../ran-before.ts';
import { isReferenced, nameOf } from '../rules/config-reference.ts';
import { belongsTo, hadKeyUntil, isOwn, meantSo, userOf } from '../missing-names.ts';
import { isNear } from '../similar.ts';
import type { Edited } from './edited.ts';
import { followsRename } from './renamed-data.ts';

/**
 * Why a reference to something that is missing stays as it is: what it names was there, is there now, or is meant; or what it
 * would name instead is another workload's. Changes that leave the reference alone are not judged.
 */
export async function referenceFact(edited: readonly Edited[], context: ProposeContext): Promise<string | undefined> {
  const { missing } = context.incident.facts;
  const own = edited.find(({ before }) => sameObject(before.ref, context.declared.ref));
  if (!missing || !own) return undefined;
  const before = podReferences(own.before);
  const after = podReferences(own.after);
  const names = (one: PodReference): boolean =>
    one.kind === missing.kind && one.name === missing.name && (missing.key ?? one.key) === one.key && !one.optional;
  if (after.filter(names).length >= before.filter(names).length) return undefined;
  const next = after.filter((reference) => !before.some((other) => isSame(other, reference)));
  const follows = await Promise.all(next.map((one) => followsRename(missing, one, context)));
  if (next.length > 0 && follows.every(Boolean)) return undefined;
  const meant = await meantFact(missing, context);
  if (meant !== undefined) return meant;
  for (const one of next) {
    const fact = await strangerFact(missing, one, before, context);
    if (fact !== undefined) return fact;
  }
  return undefined;
}

/** Why the missing name or key is no slip of the pen. */
async function meantFact(missing: MissingReference, context: ProposeContext): Promise<string | undefined> {
  const { kind, namespace, name, key } = missing;
  const ran = ranBefore(context);
  if (ran !== undefined) return `${nameOf(missing)} is not misspelt: ${ran}, so it was there and has gone`;
  const same = isReferenced(kind)
    ? knownObjects(context, kind, namespace)?.find((object) => object.name === name)
    : undefined;
  if (same?.inCluster && (key === undefined || same.keys.includes(key))) return `${nameOf(missing)} exists now`;
  if (key === undefined ? same?.declared : same?.declaredKeys.includes(key))
    return `${nameOf(missing)} is declared in Git and not yet applied`;
  if (key !== undefined) {
    const until = same?.declared ? await hadKeyUntil(context, missing, key) : undefined;
    return until && `${kind} ${name} had the key \`${key}\` until ${until}: the reference is not what changed`;
  }
  const meant = await meantSo(context, missing);
  return meant && `${nameOf(missing)} does not exist, but the name is meant: ${meant}`;
}

/** Why a reference that the fix brings in is not this workload's. */
async function strangerFact(
  missing: MissingReference,
  next: PodReference,
  before: readonly PodReference[],
  context: ProposeContext,
): Promise<string | undefined> {
  const { kind, name, key } = next;
  if (kind !== missing.kind) return undefined;
  if (name === missing.name) {
    const isTaken = before.some(
      (other) => other.kind === kind && other.name === name && other.key === key && other.container === next.container,
    );
    return isTaken && key !== undefined
      ? `${nameOf(missing)} does not exist; the key \`${key}\` is used beside it already`
      : undefined;
  }
  const { snapshot, declared } = context;
  if (before.some((other) => other.kind === kind && other.name === name)) return undefined;
  const object = isBlind(snapshot, kind)
    ? undefined
    : knownObjects(context, kind, missing.namespace)?.find((one) => one.name === name);
  const near = isNear(missing.name, name);
  const user = (object && userOf(context, missing, object)) ?? (near ? undefined : userByName(next, context));
  if (user === undefined && !(near && isOwn(context, missing, name))) return undefined;
  for await (const version of context.versions()) {
    const then = objectIn(version, declared.ref);
    if (then && podReferences(then).some((other) => other.kind === kind && other.name === name)) return undefined;
  }
  return user === undefined
    ? `${nameOf(missing)} does not exist, but the name is the workload's own, and \`${name}\` is not`
    : `${nameOf(missing)} does not exist; \`${name}\` is in use by ${user}, another workload`;
}

/** Another workload that the object is called after, and that uses it. */
function userByName({ kind, name }: PodReference, { declared, siblings }: ProposeContext): string | undefined {
  if (belongsTo(name, declared.ref.name)) return undefined;
  const user = siblings.find(
    (sibling) =>
      !sameObject(sibling.ref, declared.ref) &&
      belongsTo(name, sibling.ref.name) &&
      podReferences(sibling).some((other) => other.kind === kind && other.name === name),
  );
  return user && formatRef(user.ref);
}

function isSame(a: PodReference, b: PodReference): boolean {
  return (
    a.kind === b.kind &&
    a.name === b.name &&
    a.key === b.key &&
    a.optional === b.optional &&
    JSON.stringify(a.namePath) === JSON.stringify(b.namePath)
  );
}
