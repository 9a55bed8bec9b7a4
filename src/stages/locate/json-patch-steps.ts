import { toPointer } from '../../domain/field-path.ts';
import { isArray, isObject } from '../../domain/json.ts';
import type { Place } from './places.ts';
import { editAt } from './places.ts';
import type { Goal } from './goal.ts';
import type { Candidate } from './session.ts';
import type { Wish } from './value-candidates.ts';

/** A field that a list of JSON 6902 operations adds goes with its operation. */
export function jsonStepCandidates(
  places: readonly Place[],
  { declared }: Goal,
  { path, after }: Wish,
): readonly { readonly candidate: Candidate; readonly cost: number }[] {
  const pointer = toPointer(declared.object, path);
  if (after !== undefined || !pointer.ok) return [];
  return places.flatMap((place) => {
    const { kind, value, repoURL, layer, label } = place;
    if (kind !== 'patch' || !isArray(value) || value.length < 2) return [];
    const index = value.findLastIndex((step) => isObject(step) && step.op !== 'remove' && step.path === pointer.value);
    if (index < 0) return [];
    const edits = [editAt(place, [{ op: 'remove', path: [index] }])];
    return [{ candidate: { repoURL, edits, place: label }, cost: (layer >= 90 ? 0.2 : 1.5) - layer / 1000 }];
  });
}
