import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import type { KubeObject } from './objects.ts';

/** A stored object as plain JSON. */
export function toJson(object: KubeObject): JsonObject {
  // Safe: objects enter the store from JSON, and controllers add only JSON values.
  return object as KubeObject & JsonObject;
}

/** A JSON object that holds apiVersion, kind and metadata, as a stored object. Checked by the caller's schema validation. */
export function fromJson(object: JsonObject): KubeObject {
  return object as JsonObject & KubeObject;
}

/** The value below a path of keys and indices; undefined where there is none. */
export function child(value: JsonValue | undefined, ...path: readonly (string | number)[]): JsonValue | undefined {
  let current = value;
  for (const step of path) {
    if (typeof step === 'number') current = isArray(current) ? current[step] : undefined;
    else current = isObject(current) ? current[step] : undefined;
  }
  return current;
}

/** The same where it is an object. */
export function objectAt(value: JsonValue | undefined, ...path: readonly (string | number)[]): JsonObject | undefined {
  const found = child(value, ...path);
  return isObject(found) ? found : undefined;
}

/** The same where it is a text. */
export function textAt(value: JsonValue | undefined, ...path: readonly (string | number)[]): string | undefined {
  const found = child(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The same where it is a list; no items for anything else. */
export function listAt(value: JsonValue | undefined, ...path: readonly (string | number)[]): readonly JsonValue[] {
  const found = child(value, ...path);
  return isArray(found) ? found : [];
}

/** A scalar as text; JSON for anything else. */
export function wordOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}

/** A controller's own object or part of one as JSON. */
export function asJson(value: object): JsonObject {
  // Safe: controllers build objects of JSON values only.
  return value as JsonObject;
}
