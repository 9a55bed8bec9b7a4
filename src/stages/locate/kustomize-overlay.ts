import { posix } from 'node:path';
import { stringify } from 'yaml';
import type { Operation } from '../../domain/change.ts';
import { getField, toPointer } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject, plainText } from '../../domain/json.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { baseName } from './generated-names.ts';
import { imageEntry } from './image-entries.ts';
import { addedSteps } from './json-patch-steps.ts';
import type { Place } from './places.ts';
import { editAt, setOperation } from './places.ts';
import type { Goal } from './goal.ts';
import type { Candidate } from './session.ts';
import type { Wish } from './value-candidates.ts';
import { wishesOf } from './value-candidates.ts';

/**
 * Overrides of a field in the source's own folder, the nearest first: an existing patch of the object, a new entry
 * among existing ones for images or replicas, a new inline patch in the kustomization.
 */
export function* overlayCandidates(
  goal: Goal,
  documents: readonly Place[],
  places: readonly Place[],
): Generator<Candidate> {
  const { source, declared, operations } = goal;
  const folder = source.request.path;
  const wishes = wishesOf(declared.object, operations);
  const patches = documents.filter(
    ({ kind, layer, value, broad }) => kind === 'patch' && layer >= 90 && isObject(value) && !broad,
  );
  const [first] = wishes;
  const depth = ({ value }: Place): number =>
    first?.path.findLastIndex((_, i) => getField(value, first.path.slice(0, i)) !== undefined) ?? 0;
  for (const patch of patches.toSorted((a, b) => depth(b) - depth(a))) {
    const edits = mergeOperations(patch.value, wishes, declared.object);
    if (edits)
      yield { repoURL: patch.repoURL, edits: [editAt(patch, edits)], place: `${patch.label}, which overrides it here` };
  }
  const [kustomization] = places.filter(
    ({ kind, file, document }) =>
      kind === 'kustomization' && document === 0 && (posix.dirname(file) === '.' ? '' : posix.dirname(file)) === folder,
  );
  if (!kustomization || !isObject(kustomization.value)) return;
  yield* newEntries(goal, kustomization, kustomization.value, wishes);
  for (const { candidate } of addedSteps(places, goal)) yield candidate;
  const merge = strategicPatch(goal, kustomization.value, wishes);
  const json = jsonPatch(goal, kustomization.value);
  for (const patch of [merge, json]) {
    if (!patch) continue;
    const { patches } = kustomization.value;
    const operation: Operation = isArray(patches)
      ? { op: 'add', path: ['patches', '-'], value: patch }
      : { op: 'add', path: ['patches'], value: [patch] };
    const place = `a new patch in ${kustomization.file}, as the value comes from what others share or from elsewhere`;
    yield { repoURL: kustomization.repoURL, edits: [editAt(kustomization, [operation])], place };
  }
}

/** A new entry in the `images` or `replicas` of the kustomization, where it has such entries already. */
function* newEntries(
  { declared }: Goal,
  place: Place,
  kustomization: JsonObject,
  [wish, ...more]: readonly Wish[],
): Generator<Candidate> {
  if (!wish || more.length > 0) return;
  const { path, before, after } = wish;
  const field = path.at(-1) === 'image' ? 'images' : path.at(-1) === 'replicas' ? 'replicas' : undefined;
  const entries = field === undefined ? undefined : kustomization[field];
  if (field === undefined || !isArray(entries) || entries.length === 0) return;
  const entry = field === 'images' ? imageEntry(before, after) : replicasEntry(declared.ref, kustomization, after);
  if (!entry) return;
  const edits = [editAt(place, [{ op: 'add', path: [field, '-'], value: entry }])];
  yield { repoURL: place.repoURL, edits, place: `a new ${field} entry in ${place.file}` };
}

function replicasEntry(
  ref: ObjectRef,
  kustomization: JsonObject,
  count: JsonValue | undefined,
): JsonObject | undefined {
  return typeof count === 'number' ? { name: nameBefore(ref, kustomization), count } : undefined;
}

/** Operations on a patch document that make it set, or delete, what is wished; undefined where it cannot. */
function mergeOperations(patch: JsonValue, wishes: readonly Wish[], sample: JsonObject): Operation[] | undefined {
  const out: Operation[] = [];
  for (const { path, after, before } of wishes) {
    if (path.at(-1) === '-') return undefined;
    const last = path.at(-1);
    // A list item goes by a directive; everything else by null.
    const removed = typeof last === 'object' ? { [last.key]: last.value, $patch: 'delete' } : null;
    if (after === undefined && before === undefined) return undefined;
    const value = after ?? removed;
    const operation = setOperation(patch, path, value, sample);
    if (!operation) return undefined;
    out.push(operation);
  }
  return out;
}

/** The text that a value ends with when it is written out. */
function lastText(value: JsonValue | undefined): string | undefined {
  if (isArray(value)) return lastText(value.at(-1));
  if (isObject(value)) return lastText(Object.values(value).at(-1));
  return typeof value === 'string' ? value : undefined;
}

function strategicPatch(goal: Goal, kustomization: JsonObject, wishes: readonly Wish[]): JsonObject | undefined {
  const { ref, object } = goal.declared;
  const head: JsonObject = {
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    metadata: { name: nameBefore(ref, kustomization) },
  };
  let patch = head;
  for (const { path, after } of wishes) {
    const last = path.at(-1);
    if (last === '-' || (after === undefined && typeof last === 'object')) return undefined;
    const operation = setOperation(patch, path, after ?? null, object);
    const nested = operation && apply(patch, operation);
    if (!nested) return undefined;
    patch = nested;
  }
  const text = stringify(patch, { version: '1.1', lineWidth: 0 });
  // Kustomize trims the text of a patch: a block scalar at its end would lose its line end.
  if (lastText(patch)?.endsWith('\n') !== true) return { patch: text };
  const { metadata = {}, ...rest } = patch;
  return { patch: stringify({ ...rest, metadata }, { version: '1.1', lineWidth: 0 }) };
}

/** Carries out what `setOperation` gives: an add or replace whose parents exist. */
function apply(root: JsonObject, { path, ...operation }: Operation): JsonObject | undefined {
  if (!('value' in operation)) return undefined;
  const pointer = toPointer(root, path);
  if (!pointer.ok) return undefined;
  const set = (node: JsonValue | undefined, at: typeof path): JsonValue | undefined => {
    const [segment, ...rest] = at;
    if (segment === undefined) return operation.value;
    if (isArray(node)) {
      if (segment === '-') return [...node, operation.value];
      const index = node.findIndex(
        (item) => typeof segment === 'object' && isObject(item) && plainText(item[segment.key]) === segment.value,
      );
      const child = index < 0 ? undefined : set(node[index], rest);
      return child === undefined ? undefined : node.with(index, child);
    }
    const child = set(isObject(node) ? node[plainText(segment)] : undefined, rest);
    return child === undefined ? undefined : { ...(isObject(node) ? node : {}), [plainText(segment)]: child };
  };
  const out = set(root, path);
  return isObject(out) ? out : undefined;
}

function jsonPatch({ declared, operations }: Goal, kustomization: JsonObject): JsonObject | undefined {
  const { ref, object } = declared;
  const list: JsonObject[] = [];
  for (const operation of operations) {
    const pointer = toPointer(object, operation.path);
    if (!pointer.ok) return undefined;
    const step = { op: operation.op, path: pointer.value };
    list.push('value' in operation ? { ...step, value: operation.value } : step);
  }
  const target = { kind: ref.kind, name: nameBefore(ref, kustomization) };
  return { target, patch: stringify(list, { version: '1.1', lineWidth: 0 }) };
}

/** The name as patches of this layer see it: without what the layer itself adds. */
function nameBefore(ref: ObjectRef, { namePrefix, nameSuffix }: JsonObject): string {
  // The hash of a generated object's content comes last.
  const name = baseName(ref) ?? ref.name;
  const start = typeof namePrefix === 'string' && name.startsWith(namePrefix) ? namePrefix.length : 0;
  const end =
    typeof nameSuffix === 'string' && name.endsWith(nameSuffix) ? name.length - nameSuffix.length : name.length;
  return name.slice(start, end);
}
