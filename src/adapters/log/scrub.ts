import { redactJson } from '../../domain/redact/redact-json.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { Redact } from '../../domain/redact.ts';

const DEEPEST = 8;
const MOST_ITEMS = 200;
const LONGEST_TEXT = 16_384;

/** Any value as JSON that is safe to write: secrets hidden in every text at every depth, errors and cycles too. */
export function scrub(value: unknown, redact: Redact): JsonValue {
  return redactJson(toJson(value, DEEPEST, new Set()), redact);
}

/** JSON of any value: no cycles, at most eight levels and 200 items a level, functions and the like left out. */
function toJson(value: unknown, depth: number, above: ReadonlySet<object>): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  if (typeof value !== 'object') return '[function]';
  if (above.has(value)) return '[circular]';
  if (depth === 0) return '[deeper]';
  const inside = new Set(above).add(value);
  const next = (inner: unknown): JsonValue => toJson(inner, depth - 1, inside);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Error) return errorToJson(value, next);
  if (value instanceof URL || value instanceof RegExp) return value.toString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value) || value instanceof Set) return [...value].slice(0, MOST_ITEMS).map(next);
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries
      .filter(([, inner]) => inner !== undefined)
      .slice(0, MOST_ITEMS)
      .map(([key, inner]) => [String(key), next(inner)]),
  );
}

function errorToJson(error: Error, next: (inner: unknown) => JsonValue): JsonValue {
  const own = Object.entries(error).filter(([key]) => !['name', 'message', 'stack', 'cause'].includes(key));
  return {
    type: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack.slice(0, LONGEST_TEXT) }),
    ...(error.cause === undefined ? {} : { cause: next(error.cause) }),
    ...Object.fromEntries(own.map(([key, inner]) => [key, next(inner)])),
  };
}
