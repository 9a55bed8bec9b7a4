import { formatFieldPath, getField } from '../../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { deepEqual, isArray, isObject } from '../../../domain/json.ts';
import { KINDS, isKind } from '../../../domain/kubernetes/kinds.ts';
import type { ObjectRef } from '../../../domain/object-ref.ts';
import { formatRef, sameObject } from '../../../domain/object-ref.ts';
import { quantity } from '../../../domain/quantity.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import { findObject } from '../../../domain/snapshot.ts';
import type { Check, ProveContext } from '../check.ts';
import { ignoredBy } from '../ignored-fields.ts';

/**
 * Refuses when Git is already right and the cluster is not: the answer then is "sync", not a pull request. Seen when
 * the live object differs from the declared one in a field that the fix would change. Refuses too where Argo CD is told to
 * ignore such a field: the change would never get there.
 */
export const liveDrift: Check = {
  name: 'live-drift',
  async run(context) {
    let compared = 0;
    for (const { object, operations } of context.fix.changes) {
      const live = liveObject(context.snapshot, object);
      const declared = context.pairs[0]?.before.find(({ ref }) => sameObject(ref, object))?.object;
      for (const { op, path } of operations) {
        if (op === 'test') continue;
        const ignored = declared && ignoredBy(context.location.spec, object, declared, path);
        if (ignored !== undefined) {
          return {
            result: 'fail',
            code: 'ignored-field',
            detail: `Argo CD is told to ignore ${formatFieldPath(path)} of ${formatRef(object)} (ignoreDifferences: ${ignored}), so it would not apply this change.`,
          };
        }
        const [wanted, actual] = [getField(declared, path), getField(live, path)];
        if (live === undefined || actual === undefined || wanted === undefined) continue;
        compared++;
        if (!sameValue(wanted, actual)) {
          return {
            result: 'fail',
            code: 'not-synced',
            detail: `${formatFieldPath(path)} of ${formatRef(object)} is ${show(actual)} in the cluster and ${show(wanted)} in Git: ${whatToDo(context)}.`,
          };
        }
      }
    }
    return compared === 0
      ? { result: 'not-applicable', detail: 'The live object shows none of the changed fields.' }
      : { result: 'pass', detail: 'The cluster runs what Git declares in the changed fields.' };
  },
};

function liveObject(snapshot: Snapshot, ref: ObjectRef): JsonObject | undefined {
  if (!isKind(ref.kind)) return undefined;
  const found = findObject(snapshot, ref.kind, ref.name, KINDS[ref.kind].namespaced ? ref.namespace : undefined);
  const plain: unknown = found && JSON.parse(JSON.stringify(found));
  return isJsonObject(plain) ? plain : undefined;
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Equal as the API server stores them: quantities are normalised, and a live object may hold defaults (and, being
 * projected, lack fields) that the declared one does not mention.
 */
function sameValue(declared: JsonValue, live: JsonValue): boolean {
  if (deepEqual(declared, live)) return true;
  if (isObject(declared) && isObject(live)) {
    return Object.keys(declared).every(
      (key) => live[key] === undefined || sameValue(declared[key] ?? null, live[key] ?? null),
    );
  }
  if (isArray(declared) && isArray(live)) {
    return declared.length === live.length && declared.every((item, i) => sameValue(item, live[i] ?? null));
  }
  const [a, b] = [amount(declared), amount(live)];
  return a !== undefined && a === b;
}

function amount(value: JsonValue): bigint | undefined {
  return typeof value === 'string' || typeof value === 'number' ? quantity(value) : undefined;
}

function show(value: JsonValue): string {
  return JSON.stringify(value).slice(0, 60);
}

function whatToDo({ location, changeSet }: ProveContext): string {
  const { syncedRevision } = location;
  if (syncedRevision === undefined) return 'sync the Application first (it was never synced)';
  if (syncedRevision !== changeSet.baseRevision) {
    const [is, head] = [syncedRevision, changeSet.baseRevision].map((revision) => revision.slice(0, 8));
    return `sync the Application first (it is at ${is}, its branch at ${head})`;
  }
  return 'the Application is at the head of its branch, so it is out of sync, or something else sets the field (a mutating webhook, an operator, a person)';
}
