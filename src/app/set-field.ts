import type { Operation } from '../domain/change.ts';
import type { FieldPath, Segment } from '../domain/field-path.ts';
import { getField } from '../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';

/**
 * The operation that gives a field a value, whether it is there or not: what is missing above it is made with it. List
 * items that are missing are made from their merge key.
 */
export function setField(declared: JsonObject, path: FieldPath, value: JsonValue): Operation {
  if (getField(declared, path) !== undefined) return { op: 'replace', path, value };
  let length = path.length;
  while (length > 1 && getField(declared, path.slice(0, length - 1)) === undefined) length--;
  const wrapped = path
    .slice(length)
    .toReversed()
    .reduce<JsonValue>((inner, segment) => wrap(segment, inner), value);
  const last = path[length - 1];
  // The item that is added must carry its own key.
  const item = typeof last === 'object' ? withKey(last, wrapped) : wrapped;
  return { op: 'add', path: path.slice(0, length), value: item };
}

function wrap(segment: Segment, inner: JsonValue): JsonValue {
  if (typeof segment === 'string') return { [segment]: inner };
  return typeof segment === 'number' ? [inner] : [withKey(segment, inner)];
}

function withKey({ key, value }: Extract<Segment, object>, item: JsonValue): JsonValue {
  return isObject(item) ? { [key]: value, ...item } : item;
}
