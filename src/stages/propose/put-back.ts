import type { Operation } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { deepEqual, isObject } from '../../domain/json.ts';
import type { LeafChange } from './object-diff.ts';
import { leafChanges, startsWith } from './object-diff.ts';

/**
 * Operations that turn the `chosen` leaves of `from` into what they are in `to`, guarded by what they are now. What `to`
 * does not have at all is removed with the map or list item that came with it; what `from` lost is added the same way.
 * Undefined where that would change a leaf that was not chosen.
 */
export function operationsTo(
  from: JsonObject,
  to: JsonObject,
  chosen: readonly LeafChange[] = leafChanges(from, to),
): Operation[] | undefined {
  const all = leafChanges(from, to);
  const operations: Operation[] = [];
  const done: FieldPath[] = [];
  for (const leaf of chosen) {
    if (done.some((path) => startsWith(leaf.path, path))) continue;
    if (leaf.from !== undefined && leaf.to !== undefined) {
      operations.push(
        { op: 'test', path: leaf.path, value: leaf.from },
        { op: 'replace', path: leaf.path, value: leaf.to },
      );
      done.push(leaf.path);
      continue;
    }
    const removes = leaf.to === undefined;
    const whole = (path: FieldPath): boolean =>
      all.every((other) => !startsWith(other.path, path) || chosen.some((one) => startsWith(other.path, one.path)));
    const path = removes ? highestMissing(to, leaf.path, whole) : highestMissing(from, leaf.path, () => true);
    if (!whole(path) || namesItsItem(path) || (removes && isPartOfNewItem(to, path))) return undefined;
    const value = getField(removes ? from : to, path);
    if (value === undefined) return undefined;
    operations.push(...(removes ? removal(path, value) : [{ op: 'add' as const, path, value }]));
    done.push(path);
  }
  return withRenames(operations);
}

/**
 * A list item that goes and one that comes in the same list, alike but for what they are known by, are one item that is renamed: so
 * it stays in its place, and one value in Git is found for both.
 */
function withRenames(operations: readonly Operation[]): Operation[] {
  const removed = operations.flatMap((one) => (one.op === 'test' && isItem(one.path) ? [one] : []));
  const added = operations.flatMap((one) => (one.op === 'add' && isItem(one.path) ? [one] : []));
  const renames = removed.flatMap((before) => {
    const beside = (other: { path: FieldPath }): boolean => listOf(other.path) === listOf(before.path);
    const [after, ...more] = added.filter(beside);
    if (!after || more.length > 0 || removed.filter(beside).length > 1) return [];
    const key = keyOf(before.path);
    const [from, to] = [getField(before.value, [key]), getField(after.value, [key])];
    const isSame = key === keyOf(after.path) && deepEqual(without(before.value, key), without(after.value, key));
    return isSame && from !== undefined && to !== undefined
      ? [{ before, after, path: [...before.path, key], from, to }]
      : [];
  });
  const gone = new Set(
    renames.flatMap(({ before, after }) => [formatFieldPath(before.path), formatFieldPath(after.path)]),
  );
  return [
    ...operations.filter(({ path }) => !gone.has(formatFieldPath(path))),
    ...renames.flatMap(({ path, from, to }): Operation[] => [
      { op: 'test', path, value: from },
      { op: 'replace', path, value: to },
    ]),
  ];
}

function isItem(path: FieldPath): boolean {
  return typeof path.at(-1) === 'object';
}

function listOf(path: FieldPath): string {
  return formatFieldPath(path.slice(0, -1));
}

/** The key that the item at the end of a path is known by. */
function keyOf(path: FieldPath): string {
  const item = path.at(-1);
  return typeof item === 'object' ? item.key : '';
}

function without(value: JsonValue, key: string): JsonValue {
  return isObject(value) ? Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) : value;
}

/** Whether a list item around the path came new with it: without a part of it, it is something that never was. */
function isPartOfNewItem(to: JsonObject, path: FieldPath): boolean {
  return path
    .slice(0, -1)
    .some((segment, i) => typeof segment === 'object' && getField(to, path.slice(0, i + 1)) === undefined);
}

/** Whether a path ends at the very key that its list item is known by: without it the item would be another one. */
function namesItsItem(path: FieldPath): boolean {
  const item = path.at(-2);
  return typeof item === 'object' && item.key === path.at(-1);
}

function removal(path: FieldPath, value: JsonValue): Operation[] {
  return [
    { op: 'test', path, value },
    { op: 'remove', path },
  ];
}

/** The shortest prefix of `path` that `root` does not have and that `allowed` accepts; `path` itself where there is none shorter. */
function highestMissing(root: JsonObject, path: FieldPath, allowed: (path: FieldPath) => boolean): FieldPath {
  for (let length = 1; length < path.length; length++) {
    const prefix = path.slice(0, length);
    if (getField(root, prefix) === undefined && allowed(prefix)) return prefix;
  }
  return path;
}
