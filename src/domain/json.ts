/** A value as JSON can carry it; what manifests are once they are read. */
export type JsonValue = string | number | boolean | null | JsonArray | JsonObject;

/** A list as JSON can carry it. */
export type JsonArray = readonly JsonValue[];

/**
 * An object as JSON can carry it. Keys come from outside: ask with Object.hasOwn where one may be called
 * `constructor`.
 */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Whether a value is an object, and neither a list nor null. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a list. Unlike Array.isArray it knows lists that may not be written to. */
export function isArray(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

/** The items of a list; none where there is no list. */
export function itemsOf(value: JsonValue | undefined): readonly JsonValue[] {
  return isArray(value) ? value : [];
}

/** The value of a JSON text; undefined where it is none. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** The text of a string, number or boolean; the empty string for everything else. */
export function plainText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Deep equality of JSON values; the order of an object's keys does not matter. */
export function deepEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (isArray(a) && isArray(b)) return a.length === b.length && a.every((item, i) => deepEqual(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && deepEqual(a[key], b[key]))
  );
}

/** JSON text with sorted keys, so that equal values have equal text (for digests and cache keys). */
export function canonicalJson(value: JsonValue): string {
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const body = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(own(value, key) ?? null)}`);
  return `{${body.join(',')}}`;
}

/** One leaf-level difference between two JSON values. `before` or `after` is undefined where the leaf does not exist. */
export interface Difference {
  /** RFC 6901 pointer into the value that holds the leaf. */
  readonly pointer: string;
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

/** All differences, deepest first found; a key or item present on one side only is one difference, whole. */
export function differences(before: JsonValue | undefined, after: JsonValue | undefined, pointer = ''): Difference[] {
  if (deepEqual(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) =>
      differences(own(before, key), own(after, key), `${pointer}/${escapePointer(key)}`),
    );
  }
  if (isArray(before) && isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, i) => differences(before[i], after[i], `${pointer}/${i}`)).flat();
  }
  return [{ pointer, before, after }];
}

/** A key's value, and not what objects inherit under names such as `constructor`. */
function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A key as a segment of a JSON Pointer (RFC 6901). */
export function escapePointer(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The key that a segment of a JSON Pointer stands for. */
export function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
