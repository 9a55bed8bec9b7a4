import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import { deepEqual } from '../../domain/json.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { counterpart, valueIn } from './counterpart.ts';
import type { ValueLeaf } from './helm-layers.ts';
import type { Leaf, Scalar } from './places.ts';
import { editAt, isScalar } from './places.ts';
import { nameSimilarity, perturb, typedLike } from './proposals.ts';
import type { Session } from './session.ts';
import type { Wish } from './value-candidates.ts';
import { namesOf } from './value-candidates.ts';

/** A value that a field follows, and what it should become. */
export interface Feeder {
  readonly leaf: ValueLeaf;
  readonly value: Scalar;
}

/** Values that a field follows although no text shows it (`ternary`, `upper`, `default`), with what they should become. */
export async function findFeeders(
  session: Session,
  declared: RenderedObject,
  leaves: readonly ValueLeaf[],
  { path, after }: Wish,
): Promise<readonly Feeder[]> {
  const plain = leaves.filter(({ place, layer }) => place.closed === undefined && layer.parameter === undefined);
  const found = await findFollowed(session, declared, plain, path, 3);
  return found.flatMap((leaf): Feeder[] => {
    if (typeof leaf.value === 'boolean') return [{ leaf, value: !leaf.value }];
    return isScalar(after) ? [{ leaf, value: typedLike(leaf.value, after) }] : [];
  });
}

/** Renders that one question has under way at the same time. */
const AT_ONCE = 2;
/** Leaves with the nearest names are asked one by one. */
const ALONE = 2;

/**
 * Scalars that a field follows: many of them are changed together, and halved while the field moves, so that few
 * renders are needed, and one where nothing feeds the field. Similar names come first. Answers with at most `limit`.
 */
export async function findFollowed<L extends Leaf>(
  session: Session,
  declared: RenderedObject,
  leaves: readonly L[],
  path: FieldPath,
  limit: number,
): Promise<readonly L[]> {
  const found: L[] = [];
  let groups = groupsOf(leaves, path);
  while (groups.length > 0 && found.length < limit && session.hasBudget()) {
    const now = groups.slice(0, AT_ONCE);
    const answers = await Promise.all(now.map((group) => moves(session, declared, group, path)));
    const halves = now.flatMap((group, i): L[][] => {
      if (answers[i] === false) return [];
      const [only, ...more] = group;
      if (only && more.length === 0) {
        if (answers[i]) found.push(only);
        return [];
      }
      const half = Math.ceil(group.length / 2);
      return [group.slice(0, half), group.slice(half)];
    });
    groups = [...halves, ...groups.slice(AT_ONCE)];
  }
  return found.slice(0, limit);
}

/**
 * Switches are apart from the rest, as they take whole parts of a render away; so are names, which make another object
 * of it, and values of other repositories.
 */
function groupsOf<L extends Leaf>(leaves: readonly L[], path: FieldPath): L[][] {
  const field = namesOf(path);
  const ranked = leaves
    .map((leaf) => ({ leaf, near: nameSimilarity(field, namesOf(leaf.path)) }))
    .sort((a, b) => b.near - a.near)
    .map(({ leaf }) => leaf)
    .slice(0, 1000);
  const together = new Map<string, L[]>();
  for (const leaf of ranked.slice(ALONE)) {
    const names = /name(override)?$/i.test(namesOf(leaf.path).at(-1) ?? '');
    const type = typeof leaf.value === 'boolean' || leaf.value === null ? 'switch' : names ? 'name' : 'value';
    const key = `${type} ${leaf.place.repoURL}`;
    together.set(key, [...(together.get(key) ?? []), leaf]);
  }
  const order = ['value', 'switch', 'name'];
  const groups = [...together].sort(
    ([a], [b]) => order.indexOf(a.split(' ')[0] ?? '') - order.indexOf(b.split(' ')[0] ?? ''),
  );
  return [...ranked.slice(0, ALONE).map((leaf) => [leaf]), ...groups.map(([, group]) => group)];
}

/** Whether the field has another value when those of a group do; undefined where that does not render, or takes it away. */
async function moves(
  session: Session,
  declared: RenderedObject,
  group: readonly Leaf[],
  path: FieldPath,
): Promise<boolean | undefined> {
  const [first] = group;
  if (!first) return false;
  const edits = group.map(({ place, path: at, value }) =>
    editAt(place, [{ op: 'replace', path: at, value: perturb(value)[0] ?? null }]),
  );
  const rendered = await session.renderWith({ repoURL: first.place.repoURL, edits, place: 'a try' });
  if (!rendered.ok) return undefined;
  // An object that is gone, or a field that is, tells nothing about where its value came from.
  const now = counterpart(session.base.objects, rendered.value.objects, declared, path);
  const value = valueIn(now, declared, path);
  return value === undefined ? undefined : !deepEqual(getField(declared.object, path), value);
}
