import type { Operation } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { deepEqual, isArray, isObject, plainText } from '../../domain/json.ts';
import type { ValueChange } from './helm-layers.ts';
import { isScalar, nodesOf } from './places.ts';
import type { Goal } from './goal.ts';
import { nameSimilarity } from './proposals.ts';
import { namesOf } from './value-candidates.ts';

/**
 * Changes of maps and lists that the chart copies as they are (`toYaml`): the same operations on the value that equals
 * the field's parent in the object, or on the map that has the parent's name.
 */
export function blockChanges({ declared, operations }: Goal, values: JsonValue): readonly ValueChange[] {
  const out: { change: ValueChange; similarity: number }[] = [];
  for (const operation of operations) {
    for (let depth = operation.path.length - 1; depth >= Math.max(1, operation.path.length - 4); depth--) {
      const parentPath = operation.path.slice(0, depth);
      const parent = getField(declared.object, parentPath);
      const rest = operation.path.slice(depth);
      for (const { path, value } of nodesOf(values)) {
        if (path.length === 0) continue;
        const equal = parent !== undefined && deepEqual(parent, value) && !isEmpty(value);
        const named = path.at(-1) === namesOf(parentPath).at(-1) && typeof parentPath.at(-1) === 'string';
        const part = !equal && isPartOf(value, parent);
        if (!equal && !named && !part) continue;
        const change = changeBelow(path, value, rest, operation);
        const similarity =
          nameSimilarity(namesOf(operation.path.slice(0, depth)), namesOf(path)) + (equal ? 3 : part ? 2 : 0);
        if (change) out.push({ change, similarity });
      }
    }
    if (operation.op === 'remove' || operation.op === 'replace') {
      const whole = getField(declared.object, operation.path);
      for (const { path, value } of nodesOf(values)) {
        if (path.length === 0 || !deepEqual(whole, value) || isEmpty(value)) continue;
        const change = { key: path, value: operation.op === 'replace' ? operation.value : undefined };
        out.push({ change, similarity: 8 });
        if (operation.op === 'remove')
          out.push({ change: { key: path, value: isArray(value) ? [] : null }, similarity: 7 });
      }
    }
  }
  return out.sort((a, b) => b.similarity - a.similarity).map(({ change }) => change);
}

/** Whether a chart may have put a map or list of its values into a longer one: all of it is there. */
function isPartOf(value: JsonValue, whole: JsonValue | undefined): boolean {
  if (isEmpty(value)) return false;
  if (isObject(value) && isArray(whole)) return namesItemsOf(value, whole);
  if (isArray(value)) return isArray(whole) && value.every((item) => whole.some((other) => deepEqual(item, other)));
  if (!isObject(value) || !isObject(whole)) return false;
  return Object.entries(value).every(([key, item]) => {
    const shown = whole[key];
    return shown !== undefined && (deepEqual(item, shown) || (isScalar(item) && plainText(item) === plainText(shown)));
  });
}

/** Whether a map of the values stands for a list of named items: `env: {LEVEL: info}` for `[{name: LEVEL, value: info}]`. */
function namesItemsOf(map: JsonObject, list: readonly JsonValue[]): boolean {
  const names = new Set(list.map((item) => (isObject(item) ? plainText(item.name ?? '') : '')));
  return Object.keys(map).every((key) => names.has(key));
}

/** Whether a value is a map or list with nothing in it. */
export function isEmpty(value: JsonValue): boolean {
  return isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** The operation's effect below a map or list of the values. Lists are restated whole, as Helm replaces them. */
function changeBelow(key: FieldPath, value: JsonValue, rest: FieldPath, operation: Operation): ValueChange | undefined {
  const wanted = operation.op === 'remove' ? undefined : operation.value;
  const [segment, ...deeper] = rest;
  if (segment === undefined) return undefined;
  if (isArray(value)) {
    const index = itemIndex(value, segment);
    if (index === undefined && deeper.length === 0 && wanted !== undefined) return { key, value: [...value, wanted] };
    if (index === undefined) return undefined;
    if (deeper.length === 0 && wanted === undefined) return { key, value: value.toSpliced(index, 1) };
    const item = value[index];
    const below = item === undefined ? undefined : setBelow(item, deeper, wanted);
    return below === undefined ? undefined : { key, value: value.with(index, below) };
  }
  if (typeof segment === 'number') return undefined;
  // A map of entries where the object has a list: `env: {KEY: value}`.
  if (typeof segment === 'object') {
    if (deeper.length === 0) return entryOf(key, value, segment, wanted);
    if (isObject(getField(value, [segment.value])) && deeper.every((part) => typeof part === 'string'))
      return { key: [...key, segment.value, ...deeper], value: wanted };
    return deeper.length === 1 && deeper[0] === 'value' ? { key: [...key, segment.value], value: wanted } : undefined;
  }
  if (segment === '-' && deeper.length === 0)
    return isObject(wanted) ? entryOf(key, value, undefined, wanted) : undefined;
  if (deeper.length === 0) return { key: [...key, segment], value: wanted };
  if (deeper.some((part) => typeof part !== 'string')) return undefined;
  return { key: [...key, segment, ...deeper], value: wanted };
}

/** An entry of a map that stands for a list item, in the form of its siblings: the item's value, or a map of all but the name. */
function entryOf(
  key: FieldPath,
  map: JsonValue,
  segment: { value: string } | undefined,
  wanted: JsonValue | undefined,
): ValueChange | undefined {
  if (wanted === undefined) return segment ? { key: [...key, segment.value], value: undefined } : undefined;
  if (!isObject(wanted) || typeof wanted.name !== 'string') return undefined;
  const { name, ...rest } = wanted;
  const siblings = isObject(map) ? Object.values(map) : [];
  const whole = rest.value === undefined || (siblings.length > 0 && siblings.every(isObject));
  return { key: [...key, name], value: whole ? rest : rest.value };
}

function itemIndex(list: readonly JsonValue[], segment: FieldPath[number]): number | undefined {
  if (typeof segment === 'number') return segment < list.length ? segment : undefined;
  if (typeof segment !== 'object') return undefined;
  const index = list.findIndex((item) => isObject(item) && plainText(item[segment.key]) === segment.value);
  return index < 0 ? undefined : index;
}

function setBelow(node: JsonValue, path: FieldPath, value: JsonValue | undefined): JsonValue | undefined {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  if (isArray(node)) {
    const index = itemIndex(node, segment);
    if (index === undefined) return rest.length === 0 && value !== undefined ? [...node, value] : undefined;
    if (rest.length === 0 && value === undefined) return node.toSpliced(index, 1);
    const below = setBelow(node[index] ?? null, rest, value);
    return below === undefined ? undefined : node.with(index, below);
  }
  if (typeof segment !== 'string') return undefined;
  const map = isObject(node) ? node : {};
  if (rest.length === 0 && value === undefined) {
    return Object.fromEntries(Object.entries(map).filter(([key]) => key !== segment));
  }
  const below = setBelow(map[segment] ?? {}, rest, value);
  return below === undefined ? undefined : { ...map, [segment]: below };
}
