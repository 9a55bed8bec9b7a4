import type { FieldPath } from '../../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { SMALLEST_MEMORY, quantity, toUnits } from '../../../domain/quantity.ts';
import type { Policy } from '../../../domain/policy.ts';

/** The resource amounts that a path names or holds, as paths of single quantities. */
function amountPaths(path: FieldPath, value: JsonValue): readonly FieldPath[] {
  const text = formatFieldPath(path);
  const below = /\.resources(\.(limits|requests)(\.[^.]+)?)?$/.exec(text);
  if (!below) return [];
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, item]) => amountPaths([...path, key], item));
}

/** Whether a resource would grow too far, as a sentence. Values that the repository had before may always come back. */
export function growth(
  before: JsonObject,
  after: JsonObject,
  path: FieldPath,
  policy: Policy,
  hadBefore: (path: FieldPath, value: JsonValue) => boolean,
): string | undefined {
  const target = getField(after, path);
  if (target === undefined) return undefined;
  for (const amount of amountPaths(path, target)) {
    const next = getField(after, amount);
    if (next === undefined || typeof next === 'object' || typeof next === 'boolean') continue;
    const wanted = quantity(next);
    const field = formatFieldPath(amount);
    if (wanted === undefined) return `${field} would be ${JSON.stringify(next)}, which is no quantity`;
    if (field.endsWith('.memory') && toUnits(wanted) > policy.memory.ceilingBytes) {
      return `${field} would be ${next}, above the ceiling of ${policy.memory.ceilingBytes} bytes`;
    }
    const present = getField(before, amount);
    const old = typeof present === 'string' || typeof present === 'number' ? quantity(present) : undefined;
    const limit = BigInt(Math.round(policy.guardrails.maxResourceFactor * 1000));
    // An amount in which nothing can start is a wrong unit: there is no step to measure from it.
    const slip = field.endsWith('.memory') && old !== undefined && toUnits(old) < SMALLEST_MEMORY;
    if (old !== undefined && old > 0n && !slip && wanted * 1000n > old * limit && !hadBefore(amount, next)) {
      return `${field} would grow from ${JSON.stringify(present)} to ${next}, more than ${policy.guardrails.maxResourceFactor} times`;
    }
  }
  return undefined;
}
