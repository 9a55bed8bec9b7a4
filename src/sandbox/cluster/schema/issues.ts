import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { isArray, isObject } from '../../../domain/json.ts';
import { parseQuantity } from '../../../domain/quantity.ts';
import type { FieldType } from './parse.ts';
import { fieldsOf, KEY_DEFAULTS, kindType } from './parse.ts';
import { wordOf } from '../json-object.ts';

/** The merge keys of a list item and their values. */
export type Keys = readonly (readonly [string, JsonValue])[];

/** A step to a field: a map key, or a list item by its index and, where the list has them, its merge keys. */
export type Step = string | { readonly index: number; readonly keys: Keys };

/** Something about an object that its schema does not allow. */
export type SchemaIssue =
  | { readonly kind: 'unknown'; readonly path: readonly Step[] }
  | { readonly kind: 'type'; readonly path: readonly Step[]; readonly expected: string; readonly value: JsonValue }
  | {
      readonly kind: 'duplicate';
      readonly path: readonly Step[];
      readonly keys: Keys;
    }
  | { readonly kind: 'quantity'; readonly path: readonly Step[]; readonly value: JsonValue }
  | { readonly kind: 'required'; readonly path: readonly Step[] };

/** Everything in `object` that the schema of its kind refuses, in the order of the object's fields. */
export function schemaIssues(kind: string, object: JsonObject): SchemaIssue[] {
  const issues: SchemaIssue[] = [];
  walk(kindType(kind), object, [], issues);
  return issues;
}

function walk(type: FieldType, value: JsonValue, path: readonly Step[], issues: SchemaIssue[]): void {
  if (value === null) return;
  if (type.is === 'scalar') {
    scalar(type.of, value, path, issues);
  } else if (type.is === 'list') {
    if (isArray(value)) walkList(type, value, path, issues);
    else issues.push({ kind: 'type', path, expected: 'list', value });
  } else if (!isObject(value)) {
    issues.push({ kind: 'type', path, expected: 'map', value });
  } else if (type.is === 'map') {
    for (const [key, item] of Object.entries(value)) walk(type.item, item, [...path, key], issues);
  } else {
    walkStruct(type.name, value, path, issues);
  }
}

function walkStruct(name: string, value: JsonObject, path: readonly Step[], issues: SchemaIssue[]): void {
  const fields = fieldsOf(name);
  for (const [key, item] of Object.entries(value)) {
    const field = fields.get(key);
    if (field) walk(field.type, item, [...path, key], issues);
    else issues.push({ kind: 'unknown', path: [...path, key] });
  }
  if (path[0] === 'status') return;
  for (const [key, field] of fields) {
    if (field.required && (value[key] === undefined || value[key] === null)) {
      issues.push({ kind: 'required', path: [...path, key] });
    }
  }
}

function walkList(
  type: Extract<FieldType, { is: 'list' }>,
  items: readonly JsonValue[],
  path: readonly Step[],
  issues: SchemaIssue[],
): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const keys = itemKeys(type.keys, item);
    const id = JSON.stringify(keys);
    if (keys.length > 0 && seen.has(id)) issues.push({ kind: 'duplicate', path, keys });
    seen.add(id);
    walk(type.item, item, [...path, { index, keys }], issues);
  }
}

/** The merge keys of a list item, with the API's defaults for omitted ones. */
export function itemKeys(keys: readonly string[], item: JsonValue): [string, JsonValue][] {
  if (!isObject(item)) return [];
  return keys.map((key) => [key, item[key] ?? KEY_DEFAULTS[key] ?? '']);
}

function scalar(of: string, value: JsonValue, path: readonly Step[], issues: SchemaIssue[]): void {
  const is = typeof value;
  if ((of === 's' || of === 't') && is !== 'string') issues.push({ kind: 'type', path, expected: 'string', value });
  if (of === 'i' && is !== 'number') issues.push({ kind: 'type', path, expected: 'number', value });
  if (of === 'b' && is !== 'boolean') issues.push({ kind: 'type', path, expected: 'boolean', value });
  if (of === 'p' && is !== 'number' && is !== 'string')
    issues.push({ kind: 'type', path, expected: 'int-or-string', value });
  if (of === 'q' && ((is !== 'number' && is !== 'string') || !parseQuantity(wordOf(value)).ok)) {
    issues.push({ kind: 'quantity', path, value });
  }
}
