import type { Operation } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { deepEqual, isArray, isObject, plainText } from '../../domain/json.ts';
import type { ValueChange, ValueLeaf } from './helm-layers.ts';
import { effectiveValues, helmLayers, liveLeaves } from './helm-layers.ts';
import { imageCandidates } from './helm-images.ts';
import { textCandidates } from './text-origins.ts';
import type { UnsetKeys } from './helm-unset-keys.ts';
import { partsOf } from './changed-text.ts';
import { unsetKeys } from './helm-unset-keys.ts';
import { writeCandidates } from './helm-writes.ts';
import { isScalar, nodesOf } from './places.ts';
import type { Goal } from './goal.ts';
import { nameSimilarity } from './proposals.ts';
import { findFeeders } from './search-feeders.ts';
import type { Candidate, LocateContext, Session } from './session.ts';
import type { Wish } from './value-candidates.ts';
import { namesOf, scalarCandidates, wishesOf } from './value-candidates.ts';

/**
 * Ways to reach a goal in a Helm source. Values that hold or feed the field come first, then maps and lists that the
 * chart copies into the object, then keys with a similar name; at last, what is seen to feed the field by rendering.
 */
export async function* helmCandidates(context: LocateContext, session: Session, goal: Goal): AsyncIterable<Candidate> {
  const layers = helmLayers(context, goal);
  const leaves = liveLeaves(layers);
  const seen = new Set<string>();
  const fresh = (change: ValueChange): boolean => {
    const key = JSON.stringify(change);
    return !seen.has(key) && seen.add(key).size > 0;
  };
  const wishes = wishesOf(goal.declared.object, goal.operations);
  const values = effectiveValues(layers);
  const unset = unsetKeys(goal, layers, values);
  const guesses =
    wishes.length === 1
      ? wishes.flatMap((wish) => guess(wish, leaves, values, goal, unset))
      : blockChanges(goal, values);
  const [first] = wishes;
  if (first && wishes.length === 1) yield* textCandidates(goal, first);
  if (first && wishes.length === 1)
    yield* imageCandidates(first, leaves, (change) => writeCandidates(layers, leaves, values, change, context, goal));
  for (const change of guesses.filter(fresh)) yield* writeCandidates(layers, leaves, values, change, context, goal);
  const [wish, ...more] = wishes;
  if (!wish || more.length > 0 || wish.before === undefined) return;
  for (const { leaf, value } of await findFeeders(session, goal.declared, leaves, wish)) {
    const change = { key: leaf.key, value };
    if (fresh(change)) yield* writeCandidates(layers, leaves, values, change, context, goal);
  }
}

function guess(
  wish: Wish,
  leaves: readonly ValueLeaf[],
  values: JsonValue,
  goal: Goal,
  unset: UnsetKeys,
): readonly ValueChange[] {
  const { before, after } = wish;
  if (before !== undefined && after !== undefined) {
    const written = scalarCandidates(leaves, wish).map(({ leaf, value, cost }) => {
      return { change: { key: keyFor(leaf, leaves), value }, cost };
    });
    const scalars = [...written, ...unset.defaults(wish)].sort((a, b) => a.cost - b.cost).map(({ change }) => change);
    const filled = isScalar(before) || isEmpty(before) ? additionsTo(before, wish, values, after) : [];
    const guesses = [...digests(wish, leaves), ...scalars, ...blockChanges(goal, values), ...fillIns(wish, leaves)];
    return [...guesses, ...filled, ...unset.named(wish)];
  }
  if (after === undefined) return [...removals(wish, leaves), ...blockChanges(goal, values)];
  return [...blockChanges(goal, values), ...additions(wish, values, after), ...unset.named(wish)];
}

/** An empty map or list of the object may be an empty one of the values. */
function additionsTo(before: JsonValue, wish: Wish, values: JsonValue, after: JsonValue): readonly ValueChange[] {
  return isScalar(before) ? [] : additions(wish, values, after);
}

/** A digest that an image gets, where the chart has an empty key for one: a tag would hold it too, but not as meant. */
function digests({ path, before, after }: Wish, leaves: readonly ValueLeaf[]): readonly ValueChange[] {
  const digest = typeof after === 'string' ? /@(sha256:[0-9a-f]{64})$/.exec(after)?.[1] : undefined;
  if (path.at(-1) !== 'image' || digest === undefined || plainText(before).includes('@')) return [];
  const field = namesOf(path);
  return leaves
    .filter(
      ({ value, key }) => (value === '' || value === null) && /^(digest|sha(256)?)$/i.test(namesOf(key).at(-1) ?? ''),
    )
    .sort((a, b) => nameSimilarity(field, namesOf(b.key)) - nameSimilarity(field, namesOf(a.key)))
    .slice(0, 3)
    .map(({ key }) => ({ key, value: digest }));
}

function keyFor(leaf: { readonly path: FieldPath }, leaves: readonly ValueLeaf[]): FieldPath {
  return leaves.find((candidate) => candidate === leaf)?.key ?? leaf.path;
}

/** The field goes when the value that it shows goes, or becomes what charts take for nothing. */
function removals({ before, path }: Wish, leaves: readonly ValueLeaf[]): readonly ValueChange[] {
  const field = namesOf(path);
  const equal = leaves
    .filter(({ value }) => value !== null && String(value) !== '' && String(value) === plainText(before))
    .sort((a, b) => nameSimilarity(field, namesOf(b.key)) - nameSimilarity(field, namesOf(a.key)));
  return equal.flatMap(({ key, value }): ValueChange[] => [
    { key, value: undefined },
    { key, value: typeof value === 'string' ? '' : null },
    { key, value: null },
  ]);
}

/**
 * Changes of maps and lists that the chart copies as they are (`toYaml`): the same operations on the value that equals
 * the field's parent in the object, or on the map that has the parent's name.
 */
function blockChanges({ declared, operations }: Goal, values: JsonValue): readonly ValueChange[] {
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
  if (isArray(value)) return isArray(whole) && value.every((item) => whole.some((other) => deepEqual(item, other)));
  if (!isObject(value) || !isObject(whole)) return false;
  return Object.entries(value).every(([key, item]) => {
    const shown = whole[key];
    return shown !== undefined && (deepEqual(item, shown) || (isScalar(item) && plainText(item) === plainText(shown)));
  });
}

function isEmpty(value: JsonValue): boolean {
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
    if (deeper.length === 1 && deeper[0] === 'value') return { key: [...key, segment.value], value: wanted };
    return deeper.length === 0 ? entryOf(key, segment, wanted) : undefined;
  }
  if (segment === '-' && deeper.length === 0) return isObject(wanted) ? entryOf(key, undefined, wanted) : undefined;
  if (deeper.length === 0) return { key: [...key, segment], value: wanted };
  if (deeper.some((part) => typeof part !== 'string')) return undefined;
  return { key: [...key, segment, ...deeper], value: wanted };
}

function entryOf(
  key: FieldPath,
  segment: { value: string } | undefined,
  wanted: JsonValue | undefined,
): ValueChange | undefined {
  if (wanted === undefined) return segment ? { key: [...key, segment.value], value: undefined } : undefined;
  if (!isObject(wanted) || typeof wanted.name !== 'string' || wanted.value === undefined) return undefined;
  return { key: [...key, wanted.name], value: wanted.value };
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

/** Empty values named like the field: the chart uses something else (its appVersion) until they are set. */
function fillIns({ path, before, after }: Wish, leaves: readonly ValueLeaf[]): readonly ValueChange[] {
  if (typeof before !== 'string' || typeof after !== 'string') return [];
  const field = namesOf(path);
  const parts = partsOf(before, after);
  return leaves
    .filter(({ value, key }) => (value === '' || value === null) && nameSimilarity(field, namesOf(key)) > 0)
    .sort((a, b) => nameSimilarity(field, namesOf(b.key)) - nameSimilarity(field, namesOf(a.key)))
    .slice(0, 3)
    .flatMap(({ key }) => parts.map((value) => ({ key, value })));
}

/** Keys that are empty now and are named like the new field. */
function additions({ path }: Wish, values: JsonValue, after: JsonValue): readonly ValueChange[] {
  const field = namesOf(path);
  const candidates = [...everyKey(values)]
    .filter(({ value }) => value === null || value === '' || isEmpty(value))
    .map(({ path: key, value }) => ({ key, value, similarity: nameSimilarity(field, namesOf(key)) }))
    .filter(({ similarity }) => similarity > 0)
    .sort((a, b) => b.similarity - a.similarity);
  const last = path.at(-1);
  const item = typeof last === 'object' || typeof last === 'number' || last === '-';
  return candidates.slice(0, 8).flatMap(({ key, value }): ValueChange[] => {
    if (item && !isObject(value)) return [{ key, value: [after] }];
    const whole = { key, value: after };
    // An empty map may be the field itself, or the one that the field is a key of.
    const inside = { key, value: typeof last === 'string' ? { [last]: after } : after };
    if (!isObject(value) || typeof last !== 'string') return [whole];
    return key.at(-1) === last ? [whole, inside] : [inside, whole];
  });
}

function* everyKey(value: JsonValue, path: FieldPath = []): Generator<{ path: FieldPath; value: JsonValue }> {
  if (path.length > 0) yield { path, value };
  if (isArray(value)) for (const [i, item] of value.entries()) yield* everyKey(item, [...path, i]);
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) yield* everyKey(item, [...path, key]);
}
