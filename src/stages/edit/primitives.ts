import type { Operation } from '../../domain/change.ts';
import type { FieldPath, Segment } from '../../domain/field-path.ts';
import { getField, stepOf } from '../../domain/field-path.ts';
import type { JsonArray, JsonObject, JsonValue } from '../../domain/json.ts';
import { deepEqual, isArray, isObject } from '../../domain/json.ts';

/** One step of the text editor: small enough to be one place in the text. */
export type Primitive =
  | { readonly op: 'replace'; readonly path: FieldPath; readonly value: JsonValue }
  | { readonly op: 'add'; readonly parent: FieldPath; readonly position: string | number; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: FieldPath };

/**
 * Takes an operation apart until each step touches one place: a map put in the place of a map changes only the keys that
 * differ, a list only the items that differ. `root` is the value before the operation, which is known to be applicable.
 */
export function primitivesOf(root: JsonValue, operation: Exclude<Operation, { op: 'test' }>): Primitive[] {
  const path = indexed(root, operation.path);
  if (operation.op === 'remove') return [{ op: 'remove', path }];
  if (operation.op === 'replace') return replaceSteps(path, getField(root, path) ?? null, operation.value);
  const last = path.at(-1);
  const parent = path.slice(0, -1);
  if (last === undefined) return replaceSteps(path, root, operation.value);
  const container = getField(root, parent);
  if (isArray(container)) {
    const position = typeof last === 'number' ? last : container.length;
    return [{ op: 'add', parent, position, value: operation.value }];
  }
  const old = getField(root, path);
  if (old !== undefined) return replaceSteps(path, old, operation.value);
  return [{ op: 'add', parent, position: keyOf(last), value: operation.value }];
}

/** The path with indices for merge keys: a step may change the merge key that the next would look for. */
function indexed(root: JsonValue, path: FieldPath): FieldPath {
  return path.map((segment, i) => stepOf(getField(root, path.slice(0, i)), segment) ?? segment);
}

function keyOf(segment: Segment): string {
  return typeof segment === 'object' ? segment.value : String(segment);
}

function replaceSteps(path: FieldPath, before: JsonValue, after: JsonValue): Primitive[] {
  if (deepEqual(before, after)) return [];
  if (isObject(before) && isObject(after) && Object.keys(before).length > 0) return mapSteps(path, before, after);
  if (isArray(before) && isArray(after) && before.length > 0 && after.length > 0) return listSteps(path, before, after);
  return [{ op: 'replace', path, value: after }];
}

function mapSteps(path: FieldPath, before: JsonObject, after: JsonObject): Primitive[] {
  if (Object.keys(after).length === 0) return [{ op: 'replace', path, value: after }];
  const steps: Primitive[] = [];
  for (const [key, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    if (old === undefined) steps.push({ op: 'add', parent: path, position: key, value });
    else steps.push(...replaceSteps([...path, key], old, value));
  }
  // Removing comes last, so that the map is never empty in between and keeps its style.
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return [...steps, ...gone.map((key): Primitive => ({ op: 'remove', path: [...path, key] }))];
}

function listSteps(path: FieldPath, before: JsonArray, after: JsonArray): Primitive[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && deepEqual(before[head], after[head])) head++;
  let tail = 0;
  while (tail < shorter - head && deepEqual(before.at(-1 - tail), after.at(-1 - tail))) tail++;
  const steps: Primitive[] = [];
  const common = shorter - tail;
  for (let i = head; i < common; i++) {
    steps.push(...replaceSteps([...path, i], before[i] ?? null, after[i] ?? null));
  }
  for (let i = common; i < after.length - tail; i++) {
    steps.push({ op: 'add', parent: path, position: i, value: after[i] ?? null });
  }
  for (let i = before.length - tail - 1; i >= common; i--) steps.push({ op: 'remove', path: [...path, i] });
  return steps;
}
