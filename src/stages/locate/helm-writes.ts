import type { Operation } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isArray, isObject, plainText } from '../../domain/json.ts';
import { isGlob } from '../../domain/glob.ts';
import { sourcePath } from './application-places.ts';
import type { Layer, ValueChange, ValueLeaf } from './helm-layers.ts';
import { setsAt } from './helm-layers.ts';
import { editAt, isScalar, nest } from './places.ts';
import type { Goal } from './goal.ts';
import type { Candidate, LocateContext } from './session.ts';
import { isOfEnvironment, namedValueFiles } from './sibling-files.ts';
import { sourcesOf } from './spec.ts';

/**
 * Where a change of the chart's values can be written: first the layer that decides the key now; then stronger ones,
 * the nearest to the environment first; at last new inline values of the Application. Defaults of a chart are left
 * alone where the Application brings values of its own, and those of subcharts always.
 */
export function* writeCandidates(
  layers: readonly Layer[],
  leaves: readonly ValueLeaf[],
  values: JsonValue,
  change: ValueChange,
  context: LocateContext,
  goal: Pick<Goal, 'location' | 'source' | 'mending'> & Partial<Pick<Goal, 'operations'>>,
): Generator<Candidate> {
  const deciding = layers.findLastIndex((layer) => setsAt(layer, change.key));
  const ownValues = layers.some(({ place }) => place.kind === 'values');
  const open = (layer: Layer): boolean =>
    layer.place.closed === undefined && !(layer.place.kind === 'chart-values' && ownValues);
  const current = layers[deciding];
  const decided = current && open(current) ? writeIn(current, leaves, values, change) : undefined;
  const later = decided === undefined || current === undefined ? false : mayBeShared(current, layers, context, goal);
  if (decided && !later) yield decided;
  else if (current && goal.mending) yield* mendedWhereItIs(current, leaves, values, change, goal);
  const above = layers.slice(deciding + 1).filter((layer) => open(layer) && layer.parameter === undefined);
  const overrides = inOrder(above, change);
  for (const layer of overrides) {
    const value = change.value === undefined ? null : change.value;
    const candidate = writeIn(layer, leaves, values, { ...change, value });
    if (!candidate) continue;
    const place = `${candidate.place}, which overrides ${current?.place.label ?? 'the default'}`;
    yield current ? { ...candidate, place } : { ...candidate, place, guess: true };
  }
  if (decided && later === true) yield decided;
  if (overrides.size === 0 && change.value !== undefined) {
    const candidate = newInlineValues(change, context, goal);
    if (candidate) yield candidate;
  }
}

/**
 * A fault in a place that others may share is mended there where that moves nobody who is seen, which trying it shows. An
 * amount that is too small for one environment is no fault of such a place, unless somebody changed it there; nor is anything
 * in a value file that others may be rendered with, unseen from here.
 */
function* mendedWhereItIs(
  current: Layer,
  leaves: readonly ValueLeaf[],
  values: JsonValue,
  change: ValueChange,
  goal: Partial<Pick<Goal, 'operations'>>,
): Generator<Candidate> {
  const { place, prefix } = current;
  if (place.closed !== undefined || prefix.length > 0) return;
  const candidate = writeIn(current, leaves, values, change);
  const before = { file: place.file, path: change.key, value: change.value ?? null };
  if (candidate) yield isAmount(goal) || place.kind === 'values' ? { ...candidate, onlyAsBefore: before } : candidate;
}

/** Layers that override, the nearest to the environment first; before them those that have the key's siblings in the Application. */
function inOrder(above: readonly Layer[], { key }: ValueChange): ReadonlySet<Layer> {
  const files = above.filter(({ place }) => place.kind === 'values').reverse();
  const inline = above.filter(({ place }) => place.kind !== 'values' && place.kind !== 'chart-values');
  const defaults = above.filter(({ place }) => place.kind === 'chart-values').reverse();
  const siblings = inline.filter(({ value }) => isObject(getField(value, key.slice(0, -1)) ?? null) && key.length > 1);
  return new Set([...siblings, ...files, ...inline, ...defaults]);
}

/**
 * Whether a value file stands before the environment's own, and others may be rendered with it that are not seen from here;
 * `missing` where the environment's own, which the Application names last, does not exist, or it names none.
 */
function mayBeShared(
  { place }: Layer,
  layers: readonly Layer[],
  { fanIn }: LocateContext,
  { location, source }: Pick<Goal, 'location' | 'source'>,
): 'missing' | boolean {
  const last = layers.findLast((layer) => layer.place.kind === 'values')?.place;
  const { checkout, refs, source: written } = source.request;
  // Of a chart that is deployed with its defaults alone, another environment may be what has a file beside them.
  if (place.kind === 'chart-values' && !last) {
    const others = fanIn.unread(location, checkout, place.file, place.file);
    return others.some(isOfEnvironment) ? 'missing' : false;
  }
  if (place.kind !== 'values' || !last) return false;
  const at = [checkout, ...refs.values()].find((one) => one.repoURL === last.repoURL && one.revision === last.revision);
  const all = sourcesOf(location.spec);
  const named = namedValueFiles(written, all.ok ? all.value : [], last.repoURL).at(-1);
  const own = named === undefined || isGlob(named) ? last.file : named;
  if (!at || own === place.file || fanIn.unread(location, at, own, place.file).length === 0) return false;
  return last.file === place.file ? 'missing' : true;
}

function isAmount({ operations = [] }: Partial<Pick<Goal, 'operations'>>): boolean {
  return operations.every(({ path }) => path.includes('resources') || path.at(-1) === 'replicas');
}

function writeIn(
  layer: Layer,
  leaves: readonly ValueLeaf[],
  values: JsonValue,
  { key, value }: ValueChange,
): Candidate | undefined {
  const { place, prefix, parameter } = layer;
  const repoURL = place.repoURL;
  const name = formatFieldPath(key);
  if (parameter) {
    const leaf = leaves.find((candidate) => candidate.layer === layer);
    if (!leaf || formatFieldPath(leaf.key) !== name || (value !== undefined && !isScalar(value))) return undefined;
    const operation: Operation =
      value === undefined || value === null
        ? { op: 'remove', path: ['parameters', parameter.index] }
        : { op: 'replace', path: leaf.path, value: String(value) };
    return { repoURL, edits: [editAt(place, [operation])], place: place.label };
  }
  const local = localKey(layer, key);
  if (!local || !prefix.every((segment, i) => segment === key[i] || key[0] === 'global')) return undefined;
  const operations = operationsAt(layer.value, local, value, values, key);
  if (!operations) return undefined;
  const restated = operations.some((operation) => 'value' in operation && isArray(operation.value));
  const label = `${name} in ${place.label}${restated ? ' (the list is restated whole, as Helm replaces lists)' : ''}`;
  return { repoURL, edits: [editAt(place, operations)], place: label };
}

function localKey({ prefix }: Layer, key: FieldPath): FieldPath | undefined {
  if (prefix.length === 0 || key[0] === 'global') return key;
  return prefix.every((segment, i) => segment === key[i]) ? key.slice(prefix.length) : undefined;
}

/** Operations that give a key of a values file a value. A key below a list that others set restates the list. */
function operationsAt(
  root: JsonValue,
  key: FieldPath,
  value: JsonValue | undefined,
  values: JsonValue,
  full: FieldPath,
): Operation[] | undefined {
  if (value === undefined) return getField(root, key) === undefined ? undefined : [{ op: 'remove', path: key }];
  let depth = 0;
  let node: JsonValue | undefined = root;
  while (depth < key.length) {
    const segment = key[depth];
    const child: JsonValue | undefined = segment === undefined ? undefined : getField(node, [segment]);
    if (child === undefined || (child === null && depth < key.length - 1)) break;
    node = child;
    depth++;
  }
  if (depth === key.length) return [{ op: 'replace', path: key, value }];
  const list = key.findIndex((segment, i) => i >= depth && typeof segment === 'number');
  if (list >= 0) return restateList(key, list, value, values, full, depth);
  const nested = nest(key.slice(depth + 1), value);
  if (nested === undefined || isScalar(node ?? null)) return undefined;
  return [{ op: 'add', path: key.slice(0, depth + 1), value: nested }];
}

/** The whole list as the chart sees it now, with one part of it changed. */
function restateList(
  key: FieldPath,
  list: number,
  value: JsonValue,
  values: JsonValue,
  full: FieldPath,
  depth: number,
): Operation[] | undefined {
  const listPath = full.slice(0, full.length - key.length + list);
  const now = getField(values, listPath);
  const changed = isArray(now) ? withValue(now, key.slice(list), value) : undefined;
  if (changed === undefined) return undefined;
  const nested = nest(key.slice(depth + 1, list), changed);
  return nested === undefined ? undefined : [{ op: 'add', path: key.slice(0, depth + 1), value: nested }];
}

function withValue(node: JsonValue, path: FieldPath, value: JsonValue): JsonValue | undefined {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  if (isArray(node)) {
    if (typeof segment !== 'number' || segment >= node.length) return undefined;
    const below = withValue(node[segment] ?? null, rest, value);
    return below === undefined ? undefined : node.with(segment, below);
  }
  const below = isObject(node) ? withValue(node[plainText(segment)] ?? null, rest, value) : undefined;
  return below === undefined || !isObject(node) ? undefined : { ...node, [plainText(segment)]: below };
}

/** `helm.valuesObject` of the Application's own manifest, for a chart whose values nothing in Git sets yet. */
function newInlineValues(
  { key, value }: ValueChange,
  context: LocateContext,
  goal: Pick<Goal, 'location' | 'source'>,
): Candidate | undefined {
  const { checkout, source } = goal.source.request;
  const declared = context.fanIn.declaration(goal.location, checkout);
  if (!declared || declared.generated || value === undefined) return undefined;
  if (source.helm?.values !== undefined || source.helm?.valuesObject !== undefined) return undefined;
  const nested = nest(key, value);
  if (nested === undefined) return undefined;
  const at = sourcePath(declared, goal.source.index);
  const operation: Operation = source.helm
    ? { op: 'add', path: [...at, 'helm', 'valuesObject'], value: nested }
    : { op: 'add', path: [...at, 'helm'], value: { valuesObject: nested } };
  const edit = { path: declared.file, document: { index: declared.document }, operations: [operation] };
  return { repoURL: declared.repoURL, edits: [edit], place: `new values in the Application ${declared.file}` };
}
