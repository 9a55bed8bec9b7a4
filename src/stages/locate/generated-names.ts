import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { refKey } from '../../domain/object-ref.ts';
import type { RenderedObject } from '../../domain/source.ts';

/** Kustomize's content hash at the end of a generated name (api/hasher: ten letters of this alphabet). */
const SUFFIX = /^(.+)-[2456789bcdfghkmt]{10}$/;

/** The name of a generated ConfigMap or Secret without its content hash; undefined where the name has none. */
export function baseName(ref: ObjectRef): string | undefined {
  return ref.kind === 'ConfigMap' || ref.kind === 'Secret' ? SUFFIX.exec(ref.name)?.[1] : undefined;
}

function baseKey(ref: ObjectRef): string | undefined {
  const name = baseName(ref);
  return name === undefined ? undefined : refKey({ ...ref, name });
}

/**
 * `after` with the generated names of `before`: where content changed, Kustomize gives a new name and rewrites every
 * reference to it; that is no difference of its own. Only names that have exactly one counterpart are taken back.
 */
export function withNamesOf(
  before: readonly RenderedObject[],
  after: readonly RenderedObject[],
): readonly RenderedObject[] {
  const renamed = new Map<string, string>();
  const known = new Set(before.map(({ ref }) => refKey(ref)));
  const fresh = new Set(after.map(({ ref }) => refKey(ref)));
  const gone = groupByBase(before.filter(({ ref }) => !fresh.has(refKey(ref))));
  const come = groupByBase(after.filter(({ ref }) => !known.has(refKey(ref))));
  for (const [key, [now, ...others]] of come) {
    const [old, ...more] = gone.get(key) ?? [];
    if (now && old && others.length === 0 && more.length === 0) renamed.set(now.name, old.name);
  }
  if (renamed.size === 0) return after;
  return after.map(({ ref, object, ...rest }) => {
    const name = renamed.get(ref.name);
    return { ...rest, ref: name === undefined ? ref : { ...ref, name }, object: rename(object, renamed) };
  });
}

function groupByBase(objects: readonly RenderedObject[]): Map<string, ObjectRef[]> {
  const out = new Map<string, ObjectRef[]>();
  for (const { ref } of objects) {
    const key = baseKey(ref);
    if (key !== undefined) out.set(key, [...(out.get(key) ?? []), ref]);
  }
  return out;
}

function rename(object: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, renameIn(value, names)]));
}

function renameIn(value: JsonValue, names: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === 'string') return names.get(value) ?? value;
  if (isArray(value)) return value.map((item) => renameIn(item, names));
  return isObject(value) ? rename(value, names) : value;
}
