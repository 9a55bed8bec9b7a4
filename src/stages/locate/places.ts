import type { Operation } from '../../domain/change.ts';
import type { SourceEdit } from '../../domain/change-set.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject, plainText } from '../../domain/json.ts';

/** What a document of a source is for. The nearest to the workload wins, so layers grow towards it. */
type PlaceKind = 'manifest' | 'patch' | 'kustomization' | 'values' | 'chart-values' | 'application' | 'override';

/** One YAML document that values can be written in, or YAML inside a string of one. */
export interface Place {
  readonly kind: PlaceKind;
  readonly repoURL: string;
  /** Commit that it was read at; absent where that is the one which is edited. */
  readonly revision?: string;
  readonly file: string;
  /** Index of the document in its file. */
  readonly document: number;
  /** Path of the string that holds the YAML, where it is inside one. */
  readonly inside?: FieldPath;
  /** Where `value` begins: in the inner document where there is one, else in the outer. */
  readonly base: FieldPath;
  readonly value: JsonValue;
  /** What a later layer sets beats what an earlier one sets. */
  readonly layer: number;
  /** For people: `values file env/prod.yaml`. */
  readonly label: string;
  /** Path in the archive, where `file` is one. */
  readonly member?: string;
  /** A patch whose target is not one object by name: what is added to it is meant for all that it selects. */
  readonly broad?: true;
  /** Why nothing may be written here; undefined where it may. */
  readonly closed?: string;
}

/** A scalar of a place. `path` starts where the place's value begins. */
export interface Leaf {
  readonly place: Place;
  readonly path: FieldPath;
  readonly value: Scalar;
  /** How another value is tried where the place cannot be written, such as a packed chart: by an override of it. */
  readonly probe?: (value: Scalar) => { readonly repoURL: string; readonly edits: readonly SourceEdit[] } | undefined;
}

/** A value that is neither a map nor a list. */
export type Scalar = string | number | boolean | null;

/** Whether a value is there and is neither a map nor a list. */
export function isScalar(value: JsonValue | undefined): value is Scalar {
  return value === null || (value !== undefined && typeof value !== 'object');
}

/** All scalars below a value, with the path to each. List items go by index. */
export function* scalarsOf(value: JsonValue, path: FieldPath = []): Generator<{ path: FieldPath; value: Scalar }> {
  if (isScalar(value)) yield { path, value };
  else if (isArray(value)) for (const [i, item] of value.entries()) yield* scalarsOf(item, [...path, i]);
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) yield* scalarsOf(item, [...path, key]);
}

/** All maps and lists below a value, itself too, with the path to each. */
export function* nodesOf(value: JsonValue, path: FieldPath = []): Generator<{ path: FieldPath; value: JsonValue }> {
  if (isScalar(value)) return;
  yield { path, value };
  if (isArray(value)) for (const [i, item] of value.entries()) yield* nodesOf(item, [...path, i]);
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) yield* nodesOf(item, [...path, key]);
}

/** All scalars that are written at a place, with their paths below it. */
export function leavesOf(place: Place): readonly Leaf[] {
  return [...scalarsOf(place.value)].map((scalar) => ({ place, ...scalar }));
}

/** The edit that does operations, whose paths start where the place's value begins. */
export function editAt(place: Place, operations: readonly Operation[]): SourceEdit {
  const moved = operations.map((operation) => ({ ...operation, path: [...place.base, ...operation.path] }));
  const edit = { path: place.file, document: { index: place.document }, operations: moved };
  return place.inside === undefined ? edit : { ...edit, inside: { path: place.inside } };
}

/**
 * The operation that gives `path` a value in a map that may lack parents on the way: they are made, list items with
 * their merge key. Undefined where the way leads through a list position, which cannot be made.
 */
export function setOperation(
  root: JsonValue,
  path: FieldPath,
  value: JsonValue,
  sample?: JsonValue,
): Operation | undefined {
  let node: JsonValue | undefined = root;
  let model: JsonValue | undefined = sample;
  for (const [i, segment] of path.entries()) {
    const child = stepInto(node, segment);
    model = stepInto(model, segment);
    if (child === undefined || (child === null && i < path.length - 1)) {
      const nested = nest(path.slice(i + 1), value, model);
      if (nested === undefined) return undefined;
      if (typeof segment !== 'object') {
        if (typeof segment === 'number' && !isArray(node)) return undefined;
        return { op: 'add', path: path.slice(0, i + 1), value: nested };
      }
      const item = isObject(nested) ? keyed(segment, nested, model) : undefined;
      return item && isArray(node) ? { op: 'add', path: [...path.slice(0, i), '-'], value: item } : undefined;
    }
    node = child;
  }
  return { op: 'replace', path, value };
}

function stepInto(node: JsonValue | undefined, segment: FieldPath[number]): JsonValue | undefined {
  if (typeof segment === 'object') {
    return isArray(node)
      ? node.find((item) => isObject(item) && plainText(item[segment.key]) === segment.value)
      : undefined;
  }
  if (isArray(node)) return typeof segment === 'number' ? node[segment] : undefined;
  return isObject(node) && Object.hasOwn(node, plainText(segment)) ? node[plainText(segment)] : undefined;
}

/** A value with the maps and lists of a path around it. */
export function nest(path: FieldPath, value: JsonValue, sample?: JsonValue): JsonValue | undefined {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  const model = stepInto(sample, segment);
  const inner = nest(rest, value, model);
  if (inner === undefined || typeof segment === 'number') return undefined;
  if (typeof segment === 'string') return segment === '-' ? [inner] : { [segment]: inner };
  return isObject(inner) ? [keyed(segment, inner, model)] : undefined;
}

function keyed(segment: { key: string; value: string }, inner: JsonObject, sample: JsonValue | undefined): JsonObject {
  const value = isObject(sample) ? sample[segment.key] : undefined;
  return { [segment.key]: value ?? segment.value, ...inner };
}
