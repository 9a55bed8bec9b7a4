import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import { deepEqual } from '../../domain/json.ts';
import type { RenderedObject } from '../../domain/source.ts';
import type { ValueLeaf } from './helm-layers.ts';
import { findDeclared } from './location.ts';
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

/**
 * Scalars that a field follows: groups of them are changed together and halved while the field moves, so that few
 * renders are needed. Similar names come first. Answers with at most `limit`.
 */
export async function findFollowed<L extends Leaf>(
  session: Session,
  declared: RenderedObject,
  leaves: readonly L[],
  path: FieldPath,
  limit: number,
): Promise<readonly L[]> {
  const field = namesOf(path);
  const ranked = leaves
    .map((leaf) => ({ leaf, near: nameSimilarity(field, namesOf(leaf.path)) }))
    .sort((a, b) => b.near - a.near)
    .map(({ leaf }) => leaf)
    .slice(0, 300);
  const found: L[] = [];
  // The nearest names one by one: a group of them would break more renders than it saves.
  const groups = [...ranked.slice(0, 4).map((leaf) => [leaf]), ...chunks(ranked.slice(4), 16)];
  for (let group = groups.shift(); group && found.length < limit && session.hasBudget(); group = groups.shift()) {
    const moved = await moves(session, declared, group, path);
    if (moved === false) continue;
    const [only, ...more] = group;
    if (only && more.length === 0) {
      if (moved) found.push(only);
      continue;
    }
    const half = Math.ceil(group.length / 2);
    groups.unshift(group.slice(0, half), group.slice(half));
  }
  return found;
}

/** Whether the field differs when the values of a group do; undefined where that does not render. */
async function moves(
  session: Session,
  declared: RenderedObject,
  group: readonly Leaf[],
  path: FieldPath,
): Promise<boolean | undefined> {
  const [first] = group;
  if (!first) return false;
  const edits = group
    .filter(({ place }) => place.repoURL === first.place.repoURL)
    .map(({ place, path: at, value }) =>
      editAt(place, [{ op: 'replace', path: at, value: perturb(value)[0] ?? null }]),
    );
  const rendered = await session.renderWith({ repoURL: first.place.repoURL, edits, place: 'a try' });
  if (!rendered.ok) return undefined;
  const now = findDeclared(rendered.value.objects, declared.ref);
  // An object that is gone or has another name tells nothing about one field.
  return now === undefined ? undefined : !deepEqual(getField(declared.object, path), getField(now.object, path));
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
