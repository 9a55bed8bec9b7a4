import type { Change } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import { parseImageRef } from '../../domain/image-ref.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { deepEqual, isArray, isObject } from '../../domain/json.ts';
import { quantity } from '../../domain/quantity.ts';

/** What becomes of a fix in the object that the API server would store. */
export interface Effect {
  /** Why it would do nothing, or something else: half a sentence. Undefined where each changed field is as it is meant. */
  readonly lost: string | undefined;
  /** True where the field has another plain value instead: nothing that is left out of an answer explains that. */
  readonly replaced?: boolean;
  /** Images that are taken from another registry than they name, as half sentences. */
  readonly rewritten: readonly string[];
}

/** The sentence of a check about a fix that is lost. `subject` is the object, or a pod of it. */
export function setBack(subject: string, lost: string): string {
  return `${subject}: ${lost}. Something in the cluster decides that field (a mutating webhook, or another owner of it): this edit in Git would not take effect.`;
}

interface Objects {
  readonly before: JsonObject | undefined;
  /** As the manifests declare it with the fix. */
  readonly after: JsonObject;
  /** As the API server answered. */
  readonly accepted: JsonObject;
}

/**
 * Compares the fields that a fix changes with those of the object that the server would make of it: what admission adds is
 * nobody's concern, what it sets back makes the fix a change that never takes effect.
 */
export function effectOf(operations: Change['operations'], { before, after, accepted }: Objects): Effect {
  const rewritten: string[] = [];
  for (const { op, path } of operations) {
    // Write-only: the server keeps it as `data`.
    if (op === 'test' || path[0] === 'stringData') continue;
    const field = formatFieldPath(path);
    const wanted = getField(after, path);
    const actual = getField(accepted, path);
    if (endsInList(path)) {
      const list = getField(accepted, path.slice(0, -1));
      const item = getField(after, path) ?? lastOf(getField(after, path.slice(0, -1)));
      if (op === 'remove' || item === undefined || (isArray(list) && list.some((one) => holds(item, one)))) continue;
      return { lost: `${field} would not hold ${show(item)}`, rewritten };
    }
    if (wanted === undefined) {
      const old = before && getField(before, path);
      if (old === undefined || actual === undefined || !holds(old, actual)) continue;
      return { lost: `${field} would still be ${show(actual)}`, rewritten };
    }
    if (holds(wanted, actual)) continue;
    if (!isSameImage(path, wanted, actual)) {
      const replaced = actual !== undefined && !isObject(actual) && !isArray(actual);
      return { lost: `${field} would be ${show(actual)}, not ${show(wanted)}`, replaced, rewritten };
    }
    rewritten.push(`${field} is taken as ${show(actual)}`);
  }
  return { lost: undefined, rewritten };
}

/** Whoever reads it knows fields of a list by position only: `args[0]`, or `-` for a new last item. */
function endsInList(path: FieldPath): boolean {
  const last = path.at(-1);
  return typeof last === 'number' || last === '-';
}

function lastOf(list: JsonValue | undefined): JsonValue | undefined {
  return isArray(list) ? list.at(-1) : undefined;
}

/** Whether `actual` has everything that `wanted` says: normalised, with defaults, and with whatever else was added. */
function holds(wanted: JsonValue, actual: JsonValue | undefined): boolean {
  // An empty value is not stored at all (`omitempty`).
  if (actual === undefined) return isEmpty(wanted);
  if (deepEqual(wanted, actual)) return true;
  if (isObject(wanted) && isObject(actual)) {
    return Object.entries(wanted).every(([key, value]) => value === undefined || holds(value, actual[key]));
  }
  if (isArray(wanted) && isArray(actual)) return wanted.every((item) => actual.some((one) => holds(item, one)));
  const [a, b] = [amount(wanted), amount(actual)];
  return a !== undefined && a === b;
}

function isEmpty(value: JsonValue): boolean {
  if (isObject(value)) return Object.values(value).every((item) => item === undefined || isEmpty(item));
  if (isArray(value)) return value.length === 0;
  return value === null || value === '' || value === 0 || value === false;
}

function amount(value: JsonValue): bigint | undefined {
  return typeof value === 'string' || typeof value === 'number' ? quantity(value) : undefined;
}

/** The same version of the same image from another place: a mirror that a webhook puts in its stead. */
function isSameImage(path: FieldPath, wanted: JsonValue, actual: JsonValue | undefined): boolean {
  if (path.at(-1) !== 'image' || typeof wanted !== 'string' || typeof actual !== 'string') return false;
  const [a, b] = [parseImageRef(wanted), parseImageRef(actual)];
  if (!a.ok || !b.ok || a.value.tag !== b.value.tag || a.value.digest !== b.value.digest) return false;
  return a.value.repository.split('/').at(-1) === b.value.repository.split('/').at(-1);
}

function show(value: JsonValue | undefined): string {
  return value === undefined ? 'absent' : JSON.stringify(value).slice(0, 80);
}
