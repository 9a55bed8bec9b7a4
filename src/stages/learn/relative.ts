import type { Change, Operation } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { canonicalJson } from '../../domain/json.ts';
import { sameObject } from '../../domain/object-ref.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { sha256 } from '../../domain/fingerprint.ts';
import type { PatternKey, RelativeChange } from '../../domain/pattern.ts';
import { shapeOf } from '../../domain/pattern.ts';
import type { Origin } from '../../domain/proposal.ts';
import { quantity } from '../../domain/quantity.ts';

/** The fix of one pull request, as its hidden block remembers it. */
export interface LearntFix {
  readonly object: ObjectRef;
  readonly cause: string;
  readonly container?: string | undefined;
  readonly containerType?: string | undefined;
  readonly origin: Origin;
  readonly changes: readonly Change[];
}

/** A step that other workloads may take too; larger ones only put back what one repository had. */
const MAX_FACTOR = 4;

/**
 * What can be carried over to another workload; undefined where nothing can: several objects, or values whose old form
 * is not known.
 */
export function patternKeyOf(fix: LearntFix): PatternKey | undefined {
  const [change] = fix.changes;
  if (!change || fix.changes.length !== 1 || !sameObject(change.object, fix.object)) return undefined;
  const relative = change.operations.flatMap((operation, i) =>
    operation.op === 'test' ? [] : [relativeOf(operation, testedValue(change.operations, i, operation.path), fix)],
  );
  const known = relative.filter((item) => item !== undefined);
  if (known.length === 0 || known.length !== relative.length) return undefined;
  return { kind: fix.object.kind, cause: fix.cause, shape: shapeOf(fix), change: known };
}

/** Name of a pattern: equal keys have equal names. 16 hex digits. */
export function patternId(key: PatternKey): string {
  const { kind, cause, shape } = key;
  const change: JsonValue = key.change.map((item) => JSON.stringify(item));
  return sha256(canonicalJson({ kind, cause, shape: [...shape], change })).slice(0, 16);
}

/** The value that a `test` before this operation on the same path asserts: the value that was there. */
function testedValue(operations: readonly Operation[], before: number, path: FieldPath): JsonValue | undefined {
  const text = formatFieldPath(path);
  const test = operations
    .slice(0, before)
    .findLast((item) => item.op === 'test' && formatFieldPath(item.path) === text);
  return test?.op === 'test' ? test.value : undefined;
}

function relativeOf(operation: Operation, from: JsonValue | undefined, fix: LearntFix): RelativeChange | undefined {
  const inside = belowContainer(operation.path, fix.container);
  const inContainer = inside !== undefined;
  const field = formatFieldPath(inside ?? operation.path);
  if (from === undefined || field === '') return undefined;
  if (operation.op === 'remove') return { kind: 'remove', inContainer, field, from };
  const { value } = operation;
  const [a, b] = [amountOf(from), amountOf(value)];
  const factor = a !== undefined && b !== undefined && a > 0n ? Number(b) / Number(a) : undefined;
  if (field.startsWith('resources.') && factor !== undefined) {
    if (fix.origin !== 'history' && factor <= MAX_FACTOR) return { kind: 'multiply', inContainer, field, factor };
  }
  return { kind: 'set', inContainer, field, from, value };
}

function amountOf(value: JsonValue): bigint | undefined {
  return typeof value === 'string' || typeof value === 'number' ? quantity(value) : undefined;
}

/** The rest of a path behind the incident's container. */
function belowContainer(path: FieldPath, container: string | undefined): FieldPath | undefined {
  const at = path.findIndex(
    (segment) => typeof segment === 'object' && segment.key === 'name' && segment.value === container,
  );
  const list = path[at - 1];
  return at > 0 && (list === 'containers' || list === 'initContainers') ? path.slice(at + 1) : undefined;
}
