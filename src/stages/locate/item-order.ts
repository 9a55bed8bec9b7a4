import { applyOperations } from '../../domain/change.ts';
import type { Change } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { deepEqual, isArray } from '../../domain/json.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { findDeclared } from './location.ts';

/** Lists of a pod whose order means nothing (k8s.io/api core/v1, lists of type map), but for variables that use others. */
const UNORDERED = new Set<unknown>(['env', 'ports', 'volumes', 'volumeMounts', 'imagePullSecrets']);

/**
 * What a render must be, with the items that changes add where `actual` has them: a chart that ranges over a map puts a new
 * variable at its place by name, not at the end. The others keep their order; where variables use each other (`$(NAME)`) so do all.
 */
export function inRenderedOrder(
  expected: readonly RenderedObject[],
  actual: readonly RenderedObject[],
  changes: readonly Change[],
): readonly RenderedObject[] {
  return changes.reduce((objects, { object: ref, operations }) => {
    const then = findDeclared(objects, ref);
    const now = findDeclared(actual, ref);
    if (!then || !now) return objects;
    const ordered = operations.reduce((object, operation) => {
      const list = operation.op === 'add' ? listOf(operation.path) : undefined;
      if (!list || operation.op !== 'add') return object;
      const shown = getField(now.object, list);
      const added = isArray(operation.value) ? operation.value : [operation.value];
      if (!isReordered(getField(object, list), shown, added) || shown === undefined) return object;
      const applied = applyOperations(object, [{ op: 'replace', path: list, value: shown }]);
      return applied.ok ? applied.value.object : object;
    }, then.object);
    if (ordered === then.object) return objects;
    return objects.map((object) => (object === then ? { ...then, object: ordered } : object));
  }, expected);
}

/** The list that an operation adds to, or adds as a whole. */
function listOf(path: FieldPath): FieldPath | undefined {
  if (UNORDERED.has(path.at(-1))) return path;
  return UNORDERED.has(path.at(-2)) && typeof path.at(-1) !== 'number' ? path.slice(0, -1) : undefined;
}

function isReordered(
  wanted: JsonValue | undefined,
  shown: JsonValue | undefined,
  added: readonly JsonValue[],
): boolean {
  if (!isArray(wanted) || !isArray(shown) || wanted.length !== shown.length || deepEqual(wanted, shown)) return false;
  const isNew = (item: JsonValue): boolean => added.some((other) => deepEqual(other, item));
  const old = (list: readonly JsonValue[]): readonly JsonValue[] => list.filter((item) => !isNew(item));
  const all = added.every((item) => shown.some((other) => deepEqual(item, other)));
  return all && deepEqual(old(wanted), old(shown)) && !JSON.stringify(wanted).includes('$(');
}
