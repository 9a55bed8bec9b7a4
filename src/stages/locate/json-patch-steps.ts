import { fromPointer, getField, toPointer } from '../../domain/field-path.ts';
import type { JsonObject } from '../../domain/json.ts';
import { deepEqual, isArray, isObject } from '../../domain/json.ts';
import type { Place } from './places.ts';
import { editAt } from './places.ts';
import type { Goal } from './goal.ts';
import type { Candidate } from './session.ts';
import type { Wish } from './value-candidates.ts';

/** A field that a list of JSON 6902 operations adds goes with its operation. */
export function jsonStepCandidates(
  places: readonly Place[],
  { declared }: Goal,
  { path, after }: Wish,
): readonly { readonly candidate: Candidate; readonly cost: number }[] {
  const pointer = toPointer(declared.object, path);
  if (after !== undefined || !pointer.ok) return [];
  return places.flatMap((place) => {
    const { kind, value, repoURL, layer, label } = place;
    if (kind !== 'patch' || !isArray(value) || value.length < 2) return [];
    const index = value.findLastIndex((step) => isObject(step) && step.op !== 'remove' && step.path === pointer.value);
    if (index < 0) return [];
    const edits = [editAt(place, [{ op: 'remove', path: [index] }])];
    return [{ candidate: { repoURL, edits, place: label }, cost: (layer >= 90 ? 0.2 : 1.5) - layer / 1000 }];
  });
}

/**
 * A further step at the end of a list of JSON 6902 operations that changes this very object, nearest first. Items of lists
 * are named by position there, so only a list that reaches into the same item already is added to.
 */
export function addedSteps(
  places: readonly Place[],
  { declared, operations }: Goal,
): readonly { readonly candidate: Candidate; readonly layer: number; readonly sibling: boolean }[] {
  const [operation, ...more] = operations;
  if (!operation || operation.op === 'test' || more.length > 0) return [];
  const pointer = toPointer(declared.object, operation.path);
  if (!pointer.ok || /\/(-|\d+)$/.test(pointer.value)) return [];
  const item = /^.*\/\d+\//.exec(pointer.value)?.[0] ?? '';
  const parent = pointer.value.slice(0, pointer.value.lastIndexOf('/') + 1);
  const before = getField(declared.object, operation.path);
  const op = operation.op === 'remove' ? 'remove' : before === undefined ? 'add' : 'replace';
  const step = { op, path: pointer.value, ...('value' in operation ? { value: operation.value } : {}) };
  return places.flatMap((place) => {
    const { kind, value, repoURL, layer, label, broad } = place;
    if (kind !== 'patch' || broad || !isArray(value) || layer < 90) return [];
    const paths = value.filter(isObject).flatMap((other) => madePath(declared.object, other));
    if (!paths.some((path) => path.startsWith(item))) return [];
    const edits = [editAt(place, [{ op: 'add', path: ['-'], value: step }])];
    const sibling = paths.some((path) => path.startsWith(parent) && !path.slice(parent.length).includes('/'));
    return [{ candidate: { repoURL, edits, place: `a new step in ${label}` }, layer, sibling }];
  });
}

/** The pointer of a step that can have made what the object shows: the value that it sets is there. */
function madePath(object: JsonObject, { op, path, value }: JsonObject): readonly string[] {
  if (typeof path !== 'string' || path === '' || (op !== 'add' && op !== 'replace') || value === undefined) return [];
  return deepEqual(getField(object, fromPointer(object, path)) ?? null, value) ? [path] : [];
}
