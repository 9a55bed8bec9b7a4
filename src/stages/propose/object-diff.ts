import type { FieldPath, Segment } from '../../domain/field-path.ts';
import type { JsonArray, JsonObject, JsonValue } from '../../domain/json.ts';
import { deepEqual, isArray, isObject } from '../../domain/json.ts';

/** One leaf that differs between two versions of an object. A leaf is a scalar, an empty map, or a list that cannot be matched. */
export interface LeafChange {
  readonly path: FieldPath;
  readonly from: JsonValue | undefined;
  readonly to: JsonValue | undefined;
}

const MERGE_KEYS = ['name', 'containerPort', 'port', 'mountPath', 'key', 'ip', 'topologyKey', 'type'] as const;

/**
 * The leaves that differ, with list items matched by merge key (or by index where both lists are equally long), so that
 * another order of a keyed list is no difference. What exists on one side only is given leaf by leaf.
 */
export function leafChanges(
  from: JsonValue | undefined,
  to: JsonValue | undefined,
  path: FieldPath = [],
): LeafChange[] {
  if (deepEqual(from, to)) return [];
  if (branches(from) || branches(to)) {
    if (mapOrNone(from) && mapOrNone(to)) return maps(from, to, path);
    const lists = isArray(from ?? []) && isArray(to ?? []);
    if (lists) return listChanges(isArray(from) ? from : undefined, isArray(to) ? to : undefined, path);
  }
  if (isArray(from) && isArray(to) && from.length === to.length) {
    return from.flatMap((item, i) => leafChanges(item, to[i], [...path, i]));
  }
  return [{ path, from, to }];
}

function maps(from: JsonObject | undefined, to: JsonObject | undefined, path: FieldPath): LeafChange[] {
  const keys = new Set([...Object.keys(from ?? {}), ...Object.keys(to ?? {})]);
  return [...keys].flatMap((key) => leafChanges(own(from, key), own(to, key), [...path, key]));
}

function listChanges(from: JsonArray | undefined, to: JsonArray | undefined, path: FieldPath): LeafChange[] {
  const keys = MERGE_KEYS.filter((name) => unique(from, name) && unique(to, name));
  // A port that has a new name only is still the same port: the key by which every item finds its like is the right one.
  const key = keys.find((name) => sameItems(from, to, name)) ?? keys[0];
  if (key === undefined) {
    if (from && to && from.length === to.length)
      return from.flatMap((item, i) => leafChanges(item, to[i], [...path, i]));
    return [{ path, from, to }];
  }
  const valueOf = (item: JsonValue): string => keyText(isObject(item) ? item[key] : undefined);
  const values = new Set([...(from ?? []), ...(to ?? [])].map(valueOf));
  return [...values].flatMap((value) =>
    leafChanges(
      from?.find((item) => valueOf(item) === value),
      to?.find((item) => valueOf(item) === value),
      [...path, { key, value }],
    ),
  );
}

/** Whether each item of one list has its like in the other, by a key that is unique in both. */
function sameItems(from: JsonArray | undefined, to: JsonArray | undefined, key: string): boolean {
  const values = (list: JsonArray = []): string[] =>
    list.map((item) => keyText(isObject(item) ? item[key] : undefined)).sort();
  return from !== undefined && to !== undefined && values(from).join('\n') === values(to).join('\n');
}

function keyText(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A value whose parts are compared one by one: a map with entries, or a list of maps. */
function branches(value: JsonValue | undefined): boolean {
  if (isArray(value)) return value.length > 0 && value.every(isObject);
  return isObject(value) && Object.keys(value).length > 0;
}

function mapOrNone(value: JsonValue | undefined): value is JsonObject | undefined {
  return value === undefined || isObject(value);
}

function unique(list: JsonArray | undefined, key: string): boolean {
  if (!list) return true;
  const values = list.map((item) => (isObject(item) ? item[key] : undefined));
  return (
    values.every((value) => typeof value === 'string' || typeof value === 'number') &&
    new Set(values.map(String)).size === values.length
  );
}

function own(map: JsonObject | undefined, key: string): JsonValue | undefined {
  return map && Object.hasOwn(map, key) ? map[key] : undefined;
}

function sameSegment(a: Segment | undefined, b: Segment | undefined): boolean {
  if (typeof a === 'object' && typeof b === 'object') return a.key === b.key && a.value === b.value;
  return a === b;
}

/** Whether `path` is `prefix` or lies below it. */
export function startsWith(path: FieldPath, prefix: FieldPath): boolean {
  return prefix.length <= path.length && prefix.every((segment, i) => sameSegment(segment, path[i]));
}
