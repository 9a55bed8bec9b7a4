import type { FieldPath } from '../../domain/field-path.ts';
import { getField, parseFieldPath, toPointer } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { refKey } from '../../domain/object-ref.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { findDeclared } from './location.ts';

/**
 * What an object of one render is in another: itself; where its name or namespace moved, the one object of its kind that
 * came for the one that went. Undefined where that cannot be told. `field` is the one that is asked for: only where it is the
 * name itself are several objects of a kind paired, in their order.
 */
export function counterpart(
  before: readonly RenderedObject[],
  after: readonly RenderedObject[],
  declared: RenderedObject,
  field: FieldPath,
): RenderedObject | undefined {
  const same = findDeclared(after, declared.ref);
  if (same) return same;
  const gone = withoutThoseOf(before, after).filter(({ ref }) => sameKind(ref, declared.ref));
  const come = withoutThoseOf(after, before).filter(({ ref }) => sameKind(ref, declared.ref));
  const named = come.filter(({ ref }) => ref.name === declared.ref.name);
  if (named.length === 1) return named[0];
  const position = gone.findIndex(({ ref }) => refKey(ref) === refKey(declared.ref));
  if (position < 0 || gone.length !== come.length) return undefined;
  return gone.length === 1 || isIdentity(field) ? come[position] : undefined;
}

/**
 * A field's value in the object that `declared` became: by its merge keys, else by its position, as the value that moved may
 * be the merge key itself.
 */
export function valueIn(
  now: RenderedObject | undefined,
  declared: RenderedObject,
  path: FieldPath,
): JsonValue | undefined {
  const value = getField(now?.object, path);
  if (value !== undefined) return value;
  const pointer = toPointer(declared.object, path);
  const positions = pointer.ok ? parseFieldPath(pointer.value) : pointer;
  return positions.ok && path.some((segment) => typeof segment === 'object')
    ? getField(now?.object, positions.value)
    : undefined;
}

/** Whether a field says which object it is. */
export function isIdentity([first, second, ...rest]: FieldPath): boolean {
  return first === 'metadata' && (second === 'name' || second === 'namespace') && rest.length === 0;
}

function withoutThoseOf(
  objects: readonly RenderedObject[],
  others: readonly RenderedObject[],
): readonly RenderedObject[] {
  const known = new Set(others.map(({ ref }) => refKey(ref)));
  return objects.filter(({ ref }) => !known.has(refKey(ref)));
}

function sameKind(a: ObjectRef, b: ObjectRef): boolean {
  return refKey({ ...a, name: '', namespace: '' }) === refKey({ ...b, name: '', namespace: '' });
}
