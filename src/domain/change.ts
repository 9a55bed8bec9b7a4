import jsonpatch from 'fast-json-patch';
import type { FieldPath } from './field-path.ts';
import { formatFieldPath, toPointer } from './field-path.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { isObject } from './json.ts';
import type { ObjectRef } from './object-ref.ts';
import type { Problem } from './problem.ts';
import { problem } from './problem.ts';
import type { Result } from './result.ts';
import { err, ok } from './result.ts';

/**
 * One step of a change to a declared object, addressed by merge keys. `add` on an existing map key replaces it
 * (RFC 6902); `add` of a list item ends in `-`, in an index (which inserts before that item), or in the new item's merge
 * key, which no item may have yet. `test` guards what the change relies on.
 */
export type Operation =
  | { readonly op: 'test' | 'replace' | 'add'; readonly path: FieldPath; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: FieldPath };

/** What should be different in one declared object (the object as Argo CD would apply it, not a source file). */
export interface Change {
  readonly object: ObjectRef;
  readonly operations: readonly Operation[];
}

/** An RFC 6902 operation with indices, valid for one exact object. `field` repeats the path with merge keys, for people. */
export interface PatchOperation {
  readonly op: Operation['op'];
  readonly path: string;
  readonly field: string;
  readonly value?: JsonValue;
}

/**
 * Applies operations in order to a copy of `object`; list items are found by merge key at the moment each operation
 * runs. Returns the new object and the RFC 6902 form. Error codes: `no-such-field`, `test-failed`, `not-applicable`.
 */
export function applyOperations(
  object: JsonObject,
  operations: readonly Operation[],
): Result<{ object: JsonObject; patch: PatchOperation[] }, Problem> {
  let current: JsonObject = object;
  const patch: PatchOperation[] = [];
  for (const operation of operations) {
    const pointer = toPointer(current, operation.path);
    if (!pointer.ok) return pointer;
    const field = formatFieldPath(operation.path);
    const clash = operation.op === 'add' ? clashOf(operation.path, pointer.value, operation.value) : undefined;
    if (clash !== undefined) return err(problem('not-applicable', `cannot add ${field}: ${clash}`));
    const step: PatchOperation =
      operation.op === 'remove'
        ? { op: 'remove', path: pointer.value, field }
        : { op: operation.op, path: pointer.value, field, value: operation.value };
    const applied = applyOne(current, step);
    if (!applied.ok) return applied;
    current = applied.value;
    patch.push(step);
  }
  return ok({ object: current, patch });
}

/** Why an item must not be added under a merge key: JSON Patch would insert a second item with the same key. */
function clashOf(path: FieldPath, pointer: string, value: JsonValue): string | undefined {
  const last = path.at(-1);
  if (typeof last !== 'object') return undefined;
  if (!pointer.endsWith('/-')) return 'there is such an item already';
  const own = isObject(value) && Object.hasOwn(value, last.key) ? value[last.key] : undefined;
  const same = own !== undefined && own !== null && typeof own !== 'object' && String(own) === last.value;
  return same ? undefined : 'the new item has another merge key';
}

function applyOne(object: JsonObject, step: PatchOperation): Result<JsonObject, Problem> {
  const { op, path, value } = step;
  try {
    const operation = value === undefined ? { op, path } : { op, path, value: structuredClone(value) };
    const bad = jsonpatch.validate([operation as jsonpatch.Operation], object);
    if (bad) {
      const code = bad.name === 'TEST_OPERATION_FAILED' ? 'test-failed' : 'not-applicable';
      return err(problem(code, `cannot ${op} ${step.field}: ${bad.name}`));
    }
    const result = jsonpatch.applyPatch(object, [operation as jsonpatch.Operation], true, false);
    return ok(result.newDocument);
  } catch (error) {
    const code = error instanceof Error && error.name === 'TEST_OPERATION_FAILED' ? 'test-failed' : 'not-applicable';
    return err(problem(code, `cannot ${op} ${step.field}: ${error instanceof Error ? error.name : String(error)}`));
  }
}
