import type { FieldPath } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';

/** A copy of `root` in which the field at `path` has this value; maps on the way are made, list items must exist. */
export function withValue(root: JsonObject, path: FieldPath, value: JsonValue): JsonObject {
  const changed = set(root, path, value);
  return isObject(changed) ? changed : root;
}

function set(node: JsonValue | undefined, [head, ...rest]: FieldPath, value: JsonValue): JsonValue {
  if (head === undefined) return value;
  if (isArray(node)) {
    return node.map((item, i) => {
      const hit = typeof head === 'object' ? isObject(item) && isKey(item[head.key], head.value) : i === head;
      return hit ? set(item, rest, value) : item;
    });
  }
  const map = isObject(node) ? node : {};
  const key = typeof head === 'object' ? head.value : String(head);
  return { ...map, [key]: set(Object.hasOwn(map, key) ? map[key] : undefined, rest, value) };
}

function isKey(value: JsonValue | undefined, text: string): boolean {
  return typeof value === 'string' ? value === text : typeof value === 'number' && String(value) === text;
}
