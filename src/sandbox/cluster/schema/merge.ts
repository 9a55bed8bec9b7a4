import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { isArray, isObject } from '../../../domain/json.ts';
import { canonicalQuantity } from '../canonical-quantity.ts';
import { itemKeys } from './issues.ts';
import type { FieldType } from './parse.ts';
import { fieldsOf, kindType } from './parse.ts';
import { wordOf } from '../json-object.ts';

const ANY: FieldType = { is: 'scalar', of: 'x' };

function childType(type: FieldType, key: string): FieldType {
  if (type.is === 'map') return type.item;
  return type.is === 'struct' ? (fieldsOf(type.name).get(key)?.type ?? ANY) : ANY;
}

/**
 * What the live object becomes when `target` is applied over it: three ways, so that what `last` set and `target` no longer
 * says is removed, and what others set stays. Lists with merge keys are merged, all others replaced.
 */
export function mergeApplied(
  kind: string,
  last: JsonObject | undefined,
  live: JsonObject,
  target: JsonObject,
): JsonObject {
  const merged = merge(kindType(kind), last, live, target);
  return isObject(merged) ? merged : target;
}

function merge(
  type: FieldType,
  last: JsonValue | undefined,
  live: JsonValue | undefined,
  target: JsonValue | undefined,
): JsonValue | undefined {
  if (target === undefined || target === null) return last === undefined ? live : undefined;
  if (type.is === 'list' && type.keys.length > 0 && isArray(target)) {
    return mergeList(type, isArray(last) ? last : [], isArray(live) ? live : [], target);
  }
  if ((type.is === 'struct' || type.is === 'map') && isObject(target)) {
    const before = isObject(last) ? last : {};
    const now = isObject(live) ? live : {};
    const out: Record<string, JsonValue> = {};
    for (const key of new Set([...Object.keys(now), ...Object.keys(target)])) {
      const value = merge(childType(type, key), before[key], now[key], target[key]);
      if (value !== undefined) out[key] = value;
    }
    return out;
  }
  return target;
}

function mergeList(
  type: Extract<FieldType, { is: 'list' }>,
  last: readonly JsonValue[],
  live: readonly JsonValue[],
  target: readonly JsonValue[],
): JsonValue {
  const id = (item: JsonValue): string => JSON.stringify(itemKeys(type.keys, item));
  const index = (items: readonly JsonValue[]): Map<string, JsonValue> => new Map(items.map((item) => [id(item), item]));
  const [before, now, wanted] = [index(last), index(live), index(target)];
  const applied = target.map((item) => merge(type.item, before.get(id(item)), now.get(id(item)), item) ?? item);
  const others = live.filter((item) => !wanted.has(id(item)) && !before.has(id(item)));
  return [...applied, ...others];
}

/** The object with quantities in the form that the API stores (`0.5` becomes `500m`), and without null fields. */
export function normalise(kind: string, object: JsonObject): JsonObject {
  const value = canonical(kindType(kind), object);
  return isObject(value) ? value : object;
}

function canonical(type: FieldType, value: JsonValue): JsonValue {
  if (type.is === 'scalar') {
    const quantity = type.of === 'q' && (typeof value === 'string' || typeof value === 'number');
    return quantity ? canonicalQuantity(wordOf(value)) : value;
  }
  if (isArray(value)) return value.map((item) => canonical(type.is === 'list' ? type.item : ANY, item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      item === null ? [] : [[key, canonical(childType(type, key), item)]],
    ),
  );
}
