import type { Change } from '../../domain/change.ts';
import { applyOperations } from '../../domain/change.ts';
import { formatFieldPath, fromPointer, getField } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { deepEqual, differences, isObject } from '../../domain/json.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { formatRef, refKey } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { withNamesOf } from './generated-names.ts';
import { findDeclared } from './location.ts';

/** One field that two renders do not share. `pointer` is empty where the whole object came or went. */
export interface FieldDifference {
  readonly object: ObjectRef;
  readonly pointer: string;
  /** The pointer with merge keys, for people. */
  readonly field: string;
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

/** All differences between two renders, generated names and what is computed from content set aside. */
export function compareRenders(
  before: readonly RenderedObject[],
  after: readonly RenderedObject[],
): readonly FieldDifference[] {
  const fresh = comparable(before, after);
  const old = new Map(before.map((object) => [refKey(object.ref), object]));
  const now = new Map(fresh.map((object) => [refKey(object.ref), object]));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const a = old.get(key);
    const b = now.get(key);
    const ref = (a ?? b)?.ref;
    if (!ref) return [];
    return differences(a?.object, b?.object).map((difference) => {
      // Merge keys as they were: an item may have another name in the second render.
      const root = difference.before === undefined ? b?.object : a?.object;
      const field = formatFieldPath(fromPointer(root ?? {}, difference.pointer));
      return { object: ref, field, ...difference };
    });
  });
}

/**
 * `after` in terms that compare with `before`: generated names taken back, and checksums of other objects' content
 * (the `checksum/...` annotations that charts put on pod templates) as they were, where such content changed.
 */
export function comparable(
  before: readonly RenderedObject[],
  after: readonly RenderedObject[],
): readonly RenderedObject[] {
  const named = withNamesOf(before, after);
  const old = new Map(before.map((object) => [refKey(object.ref), object.object]));
  const contentChanged = named.some(
    ({ ref, object }) =>
      (ref.kind === 'ConfigMap' || ref.kind === 'Secret') && !deepEqual(old.get(refKey(ref)), object),
  );
  if (!contentChanged) return named;
  return named.map((object) => {
    const previous = old.get(refKey(object.ref));
    return previous ? { ...object, object: withChecksumsOf(previous, object.object) } : object;
  });
}

const DIGEST = /^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/;

function withChecksumsOf(before: JsonObject, after: JsonObject): JsonObject {
  const old = templateAnnotations(before);
  return Object.entries(templateAnnotations(after)).reduce((object, [key, value]) => {
    const previous = old[key];
    const digests = [value, previous].every((text) => typeof text === 'string' && DIGEST.test(text));
    if (!digests || previous === undefined || value === previous || !/checksum|hash|sha/i.test(key)) return object;
    const path = ['spec', 'template', 'metadata', 'annotations', key];
    const applied = applyOperations(object, [{ op: 'replace', path, value: previous }]);
    return applied.ok ? applied.value.object : object;
  }, after);
}

function templateAnnotations({ spec }: JsonObject): JsonObject {
  const template = isObject(spec) ? spec.template : undefined;
  const metadata = isObject(template) ? template.metadata : undefined;
  return isObject(metadata) && isObject(metadata.annotations) ? metadata.annotations : {};
}

/** The objects of a render with changes made to them: what the render must be after a right edit. */
export interface Expected {
  readonly objects: readonly RenderedObject[];
  /** The changes, each on the object as it is named in the render. */
  readonly changes: readonly Change[];
}

/** Error codes: `not-in-git` (no such object, or a field that the source does not set), `test-failed`, `not-applicable`. */
export function expectedAfter(
  before: readonly RenderedObject[],
  changes: readonly Change[],
): Result<Expected, Problem> {
  let objects = before;
  const resolved: Change[] = [];
  for (const change of changes) {
    const declared = findDeclared(objects, change.object);
    if (!declared) return err(problem('not-in-git', `${formatRef(change.object)} is not declared in Git`));
    const applied = applyOperations(declared.object, change.operations);
    if (!applied.ok) {
      const absent = change.operations.some(
        ({ op, path }) => (op === 'replace' || op === 'remove') && getField(declared.object, path) === undefined,
      );
      const code = applied.error.code === 'no-such-field' || absent ? 'not-in-git' : applied.error.code;
      return err({ ...applied.error, code, message: `${formatRef(declared.ref)}: ${applied.error.message}` });
    }
    const { object } = applied.value;
    objects = objects.map((other) => (other === declared ? { ...declared, object } : other));
    resolved.push({ object: declared.ref, operations: change.operations });
  }
  return ok({ objects, changes: resolved });
}
