import type { FieldPath } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isArray, isObject, plainText } from '../../domain/json.ts';
import { blockChanges, isEmpty } from './helm-blocks.ts';
import type { ValueChange, ValueLeaf } from './helm-layers.ts';
import { asOwnKey, effectiveValues, helmLayers, liveLeaves } from './helm-layers.ts';
import { imageCandidates } from './helm-images.ts';
import { textCandidates } from './text-origins.ts';
import type { UnsetKeys } from './helm-unset-keys.ts';
import { partsOf } from './changed-text.ts';
import { unsetKeys } from './helm-unset-keys.ts';
import { writeCandidates } from './helm-writes.ts';
import { isScalar } from './places.ts';
import type { Goal } from './goal.ts';
import { nameSimilarity, perturb } from './proposals.ts';
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
  const fresh = ({ key, value = null }: ValueChange): boolean => {
    const text = JSON.stringify([key, value]);
    return !seen.has(text) && seen.add(text).size > 0;
  };
  const wishes = wishesOf(goal.declared.object, goal.operations);
  const values = effectiveValues(layers);
  const write = (change: ValueChange): Iterable<Candidate> =>
    writeCandidates(layers, leaves, values, change, context, goal);
  const unset = unsetKeys(goal, layers, values);
  const guesses =
    wishes.length === 1
      ? wishes.flatMap((wish) => guess(wish, leaves, values, goal, unset))
      : blockChanges(goal, values);
  const [first] = wishes;
  if (first && wishes.length === 1) yield* textCandidates(goal, first);
  if (first && wishes.length === 1) yield* imageCandidates(first, leaves, write);
  for (const change of guesses.flatMap((guessed) => asOwnKey(layers, guessed)).filter(fresh))
    yield* withControl(change, write);
  const [wish, ...more] = wishes;
  if (!wish || more.length > 0 || wish.before === undefined) return;
  for (const { leaf, value } of await findFeeders(session, goal.declared, leaves, wish)) {
    const change = { key: leaf.key, value, unproven: true as const };
    if (fresh(change)) yield* withControl(change, write);
  }
}

/** What writes a change; where it is unproven, with the same write of another value as a control. */
function* withControl(change: ValueChange, write: (change: ValueChange) => Iterable<Candidate>): Generator<Candidate> {
  const { value = null } = change;
  const [other] = change.unproven && isScalar(value) && typeof value !== 'boolean' ? perturb(value) : [];
  const controls = other === undefined ? [] : [...write({ ...change, value: other })];
  for (const [i, candidate] of [...write(change)].entries()) {
    const control = controls[i];
    yield control ? { ...candidate, control } : candidate;
  }
}

function unproven(changes: readonly ValueChange[]): readonly ValueChange[] {
  return changes.map((change) => ({ ...change, unproven: true }));
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
    const guesses = [...digests(wish, leaves), ...scalars, ...blockChanges(goal, values)];
    return [...guesses, ...unproven([...fillIns(wish, leaves), ...filled, ...unset.named(wish)])];
  }
  if (after === undefined) return [...removals(wish, leaves), ...blockChanges(goal, values)];
  return [...blockChanges(goal, values), ...unproven([...additions(wish, values, after), ...unset.named(wish)])];
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
