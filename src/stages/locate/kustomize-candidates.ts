import type { Operation } from '../../domain/change.ts';
import { getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { groupOf } from '../../domain/object-ref.ts';
import { applicationPlaces } from './application-places.ts';
import { NO_OVERLAY } from './files.ts';
import { generatorCandidates } from './generator-candidates.ts';
import { overlayCandidates } from './kustomize-overlay.ts';
import { imageEntryCandidates } from './image-entries.ts';
import { addedSteps, jsonStepCandidates } from './json-patch-steps.ts';
import { carriesValue, inlinePatches, kustomizePlaces } from './kustomize-places.ts';
import type { Leaf, Place } from './places.ts';
import { editAt, leavesOf } from './places.ts';
import type { Goal } from './goal.ts';
import { withWrittenNames } from './reference-names.ts';
import type { Candidate, LocateContext, Session } from './session.ts';
import { textCandidates } from './text-origins.ts';
import type { Wish } from './value-candidates.ts';
import { scalarCandidates, wishesOf } from './value-candidates.ts';

/**
 * Ways to reach a goal in a Kustomize source: documents that set the field already and scalars that feed it, in the
 * order of cost; then overrides in the source's own folder.
 */
export async function* kustomizeCandidates(
  context: LocateContext,
  _session: Session,
  goal: Goal,
): AsyncIterable<Candidate> {
  const { source, declared, operations } = goal;
  const options = applicationPlaces(context, goal);
  const places = [...kustomizePlaces(source, NO_OVERLAY), ...options, ...options.flatMap(inlinePatches)];
  const wishes = wishesOf(declared.object, operations);
  const documents = places.filter((place) => describes(place, declared.ref));
  const written = withWrittenNames(goal, wishes, places);
  if (written) {
    const named = written.flatMap((ops) => documents.flatMap((place) => directCandidate(place, ops, wishes)));
    for (const { candidate } of named.sort((a, b) => a.cost - b.cost)) yield candidate;
    // The made name itself would be right only until the next change of the content or the prefix.
    return;
  }
  const ranked: { candidate: Candidate; cost: number }[] = [
    ...generatorCandidates(places, goal),
    ...documents.flatMap((place) => directCandidate(place, operations, wishes)),
  ];
  const [only, ...more] = wishes;
  if (only && more.length === 0) {
    ranked.push(...imageEntryCandidates(places, only).map((candidate) => ({ candidate, cost: -2 })));
    ranked.push(...jsonStepCandidates(places, goal, only));
    const beside = only.before === undefined ? addedSteps(places, goal).filter(({ sibling }) => sibling) : [];
    // What an overlay's list adds to already, before the document itself.
    ranked.push(...beside.map(({ candidate, layer }) => ({ candidate, cost: 0.56 - layer / 1000 })));
    ranked.push(...textCandidates(goal, only).map((candidate) => ({ candidate, cost: 0 })));
    for (const { leaf, value, cost } of scalarCandidates(leavesThatCarry(places), only)) {
      const candidate = {
        repoURL: leaf.place.repoURL,
        edits: [editAt(leaf.place, [{ op: 'replace', path: leaf.path, value }])],
        place: leaf.place.label,
      };
      ranked.push({ candidate, cost: cost + entryBonus(leaf.place, leaf.path[0], only) });
    }
  }
  for (const { candidate } of ranked.sort((a, b) => a.cost - b.cost)) yield candidate;
  yield* overlayCandidates(goal, documents, places);
}

/** Entries of `images` and `replicas` beat every patch of the same layer, so they are asked first. */
function entryBonus(place: Place, field: unknown, { path }: Wish): number {
  const last = path.at(-1);
  const entry = (field === 'images' && last === 'image') || (field === 'replicas' && last === 'replicas');
  return isKustomization(place) && entry ? -2 : 0;
}

/** The scalars of places that go into objects: of a kustomization only those that are no selectors. */
export function leavesThatCarry(places: readonly Place[]): readonly Leaf[] {
  return places.flatMap((place) => leavesOf(place).filter(({ path }) => !isKustomization(place) || carriesValue(path)));
}

/** A kustomization, or the options for one in an Application or an override file. */
function isKustomization({ kind }: Place): boolean {
  return kind === 'kustomization' || kind === 'application' || kind === 'override';
}

/** Whether a document may be about an object: same kind, and a name that is a part of the rendered one. */
export function describes(place: Place, ref: ObjectRef): boolean {
  const { value } = place;
  if (place.kind !== 'manifest' && place.kind !== 'patch') return false;
  if (!isObject(value) || value.kind !== ref.kind) return false;
  if (typeof value.apiVersion === 'string' && groupOf(value.apiVersion) !== groupOf(ref.apiVersion)) return false;
  const name = isObject(value.metadata) ? value.metadata.name : undefined;
  return place.kind === 'patch' || (typeof name === 'string' && ref.name.includes(name));
}

/** The operations as they are, on a document of the object's own structure that sets the fields they are about. */
function directCandidate(
  place: Place,
  operations: readonly Operation[],
  wishes: readonly Wish[],
): { candidate: Candidate; cost: number }[] {
  const fits = wishes.every(({ path, before, operation }) =>
    before === undefined || operation.op === 'add'
      ? parentIsThere(place.value, path)
      : getField(place.value, path) !== undefined,
  );
  if (!fits || wishes.length === 0) return [];
  const isNew = wishes.some(({ before }) => before === undefined);
  if (isNew && place.broad) return [];
  const candidate = { repoURL: place.repoURL, edits: [editAt(place, operations)], place: place.label };
  const foreign = isObject(place.value) && place.kind === 'patch' ? 0.05 : 0;
  return [{ candidate, cost: (place.layer >= 90 ? 0.2 : 1.5) + (isNew ? 0.3 : 0) + foreign - place.layer / 1000 }];
}

function parentIsThere(value: JsonValue, path: Wish['path']): boolean {
  return path.length <= 1 || isContainer(getField(value, path.slice(0, -1)));
}

function isContainer(value: JsonValue | undefined): boolean {
  return typeof value === 'object' && value !== null;
}
