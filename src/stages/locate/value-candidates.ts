import type { Operation } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { Leaf, Scalar } from './places.ts';
import { nameSimilarity, proposeValues } from './proposals.ts';

/** A scalar and the value that it should get, with how promising that is: less is better. */
export interface ScalarCandidate {
  readonly leaf: Leaf;
  readonly value: Scalar;
  readonly cost: number;
}

/** What one operation wants of one field. `before` is undefined where the field is new, `after` where it is to go. */
export interface Wish {
  readonly operation: Operation;
  readonly path: FieldPath;
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

/** What operations ask for, one wish each; tests ask for nothing. */
export function wishesOf(object: JsonObject, operations: readonly Operation[]): readonly Wish[] {
  return operations.flatMap((operation) => {
    const { path } = operation;
    if (operation.op === 'test') return [];
    const before = getField(object, path);
    return [{ operation, path, before, after: operation.op === 'remove' ? undefined : operation.value }];
  });
}

/** Scalars that may feed a field which is to be replaced, the most promising first. */
export function scalarCandidates(leaves: readonly Leaf[], wish: Wish): readonly ScalarCandidate[] {
  const { before, after, path } = wish;
  if (before === undefined || after === undefined) return [];
  const field = namesOf(path);
  return leaves
    .flatMap((leaf) =>
      proposeValues(leaf.value, before, after).map(({ value, distance }) => {
        const similarity = nameSimilarity(field, namesOf(leaf.path));
        // Of equally good ones the nearest by name.
        const near = Math.min(similarity, 4) * 0.15 + similarity * 0.0001;
        // A short part is often a coincidence: `1` is in many texts.
        const length = distance === 1 ? 0.5 - Math.min(String(leaf.value).length, 20) / 40 : 0;
        return { leaf, value, cost: distance - near + length + layerCost(leaf) };
      }),
    )
    .sort((a, b) => a.cost - b.cost);
}

function layerCost({ place }: Leaf): number {
  return (place.layer >= 90 ? 0 : 1.5) - place.layer / 1000;
}

/** The map keys of a path, for people's names of things; list items by the value of their merge key. */
export function namesOf(path: FieldPath): readonly string[] {
  return path.flatMap((segment) =>
    typeof segment === 'string' ? [segment] : typeof segment === 'object' ? [segment.value] : [],
  );
}
