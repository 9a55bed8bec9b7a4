import type { Segment } from '../../../domain/field-path.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { canonicalJson, deepEqual } from '../../../domain/json.ts';
import { formatRef, sameObject } from '../../../domain/object-ref.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { baseName } from '../kustomize-hash.ts';
import type { LeafChange } from '../object-diff.ts';
import { leafChanges } from '../object-diff.ts';
import type { PodReference } from '../pod-references.ts';
import { concerns, podReferences } from '../pod-references.ts';
import type { ProposeContext } from '../proposer.ts';
import { isSlipOfKey } from '../renamed.ts';
import type { Unit } from './units.ts';

const DATA: ReadonlySet<string> = new Set(['data', 'binaryData', 'stringData']);

/** ConfigMaps and Secrets that the failing container uses and the Application declares, now and before. */
export function dataUnits(context: ProposeContext, before: readonly RenderedObject[]): Unit[] {
  const { declared, incident, siblings } = context;
  const { missing } = incident.facts;
  const used = new Map(
    podReferences(declared)
      .filter((reference) => concerns(reference, incident.container))
      .map(({ kind, name }) => [`${kind}/${baseName(name)}`, { kind, name }]),
  );
  return [...used.values()].flatMap(({ kind, name }) => {
    if (kind !== 'ConfigMap' && kind !== 'Secret') return [];
    if (missing && (missing.kind !== kind || baseName(missing.name) !== baseName(name))) return [];
    const here = (object: RenderedObject): boolean =>
      object.ref.kind === kind &&
      object.ref.namespace === declared.ref.namespace &&
      baseName(object.ref.name) === baseName(name);
    const now = siblings.find(here);
    const then = before.find(here);
    if (!then) return [];
    if (!now) return [{ ...removed(then, declared) }];
    const units = changedKeys(now, then.object, missing?.key, context);
    // What a file holds is nothing to who makes the container: only that it is there.
    return incident.cause === 'config/create-error' ? units.filter(isLost) : units;
  });
}

function isLost({ leaves }: Unit): boolean {
  return leaves.some(({ from }) => from === undefined);
}

function changedKeys(now: RenderedObject, then: JsonObject, key: string | undefined, context: ProposeContext): Unit[] {
  const user = context.declared;
  const before: JsonObject = {
    ...now.object,
    data: then['data'] ?? {},
    binaryData: then['binaryData'] ?? {},
    stringData: then['stringData'] ?? {},
  };
  const leaves = leafChanges(now.object, before).filter(
    ({ path }) => path.length === 2 && typeof path[0] === 'string' && DATA.has(path[0]),
  );
  const secret =
    now.ref.kind === 'Secret'
      ? { untouchable: `data of ${formatRef(now.ref)} changed too, and Secrets are never written` }
      : {};
  if (key === undefined) {
    const moved = movedKeys(leaves, now, context);
    return leaves
      .filter((leaf) => ![...moved.values()].includes(leaf))
      .map((leaf) => {
        const other = moved.get(leaf);
        return { object: now, before, path: leaf.path, leaves: other ? [other, leaf] : [leaf], ...secret };
      });
  }
  const lost = leaves.filter((leaf) => leaf.path[1] === key && leaf.from === undefined);
  return lost.map((leaf) => {
    // The same value under a new key that nobody asks for is the key under another name: it goes back as one.
    const renamed = leaves.filter(
      (other) => other.to === undefined && deepEqual(other.from, leaf.to) && !asksFor(user, now, other.path[1]),
    );
    const added = leaves.flatMap((other) => (other.to === undefined ? [other.path[1]] : []));
    const misspelt = added.find((name) => typeof name === 'string' && isSlipOfKey(name, key));
    // What is meant is the new value under the old key: that is for the rule to say.
    const doubt =
      renamed.length > 0 || typeof misspelt !== 'string'
        ? {}
        : { untouchable: `\`${key}\` of ${formatRef(now.ref)} became \`${misspelt}\`, with another value` };
    return {
      object: now,
      before,
      path: leaf.path,
      ...doubt,
      leaves: renamed.length === 1 ? [...renamed, leaf] : [leaf],
      ...secret,
    };
  });
}

/**
 * Keys that were lost, each with the one that holds their value now: one key under another name. Only where this workload alone
 * uses the object and writes the new name nowhere, so that nobody misses it.
 */
function movedKeys(
  leaves: readonly LeafChange[],
  now: RenderedObject,
  { declared, siblings }: ProposeContext,
): Map<LeafChange, LeafChange> {
  const uses = ({ kind, name }: PodReference): boolean =>
    kind === now.ref.kind && baseName(name) === baseName(now.ref.name);
  const shared = siblings.some(
    (other) => !sameObject(other.ref, declared.ref) && podReferences(other).some((reference) => uses(reference)),
  );
  const text = canonicalJson(declared.object);
  const pairs = leaves.flatMap((lost): [LeafChange, LeafChange][] => {
    const same = leaves.filter(({ from, to }) => to === undefined && deepEqual(from, lost.to));
    const [only] = same;
    if (shared || lost.from !== undefined || !only || same.length > 1) return [];
    const name = only.path[1];
    return typeof name !== 'string' || text.includes(name) ? [] : [[lost, only]];
  });
  return new Map(pairs);
}

function asksFor(user: RenderedObject, holder: RenderedObject, key: Segment | undefined): boolean {
  return podReferences(user).some(
    (reference) =>
      reference.kind === holder.ref.kind &&
      baseName(reference.name) === baseName(holder.ref.name) &&
      reference.key === key,
  );
}

function removed(then: RenderedObject, user: RenderedObject): Unit {
  return {
    object: user,
    before: then.object,
    path: ['metadata', 'name'],
    leaves: [],
    untouchable: `${formatRef(then.ref)} was taken out of Git, and a whole object is not put back by itself`,
  };
}
