import { applyOperations } from '../../domain/change.ts';
import type { Change } from '../../domain/change.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import { refKey, sameObject } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { RenderedObject } from '../../domain/source.ts';

/** The rendered objects with exactly the intended changes. Error codes: `object-missing` and those of applyOperations. */
export function expectedObjects(
  before: readonly RenderedObject[],
  changes: readonly Change[],
): Result<readonly RenderedObject[], Problem> {
  let objects = before;
  for (const change of changes) {
    const target = objects.find(({ ref }) => sameObject(ref, change.object));
    if (!target) return err(problem('object-missing', `the Application does not declare ${refKey(change.object)}`));
    const applied = applyOperations(target.object, change.operations);
    if (!applied.ok) return applied;
    objects = objects.map((item) => (item === target ? { ...item, object: applied.value.object } : item));
  }
  return ok(objects);
}

/** Kustomize appends ten characters of a content hash to generated names (sigs.k8s.io/kustomize/api/hasher). */
const GENERATED_NAME = /^(.*)-[2456789bcdfghkmt]{10}$/;

/**
 * Generated ConfigMaps and Secrets change their name with their content. Returns `expected` with the new names in place
 * of the old ones, wherever they stand, so that the rename itself does not count as a difference.
 */
export function followGeneratedNames(
  expected: readonly RenderedObject[],
  after: readonly RenderedObject[],
): readonly RenderedObject[] {
  const present = new Set(after.map(({ ref }) => refKey(ref)));
  const renames = new Map<string, string>();
  for (const { ref } of expected) {
    const stem = GENERATED_NAME.exec(ref.name)?.[1];
    if (stem === undefined || present.has(refKey(ref)) || !['ConfigMap', 'Secret'].includes(ref.kind)) continue;
    const heirs = after.filter(
      (item) =>
        item.ref.kind === ref.kind &&
        item.ref.namespace === ref.namespace &&
        GENERATED_NAME.exec(item.ref.name)?.[1] === stem &&
        !expected.some((other) => sameObject(other.ref, item.ref)),
    );
    const [heir] = heirs;
    if (heir && heirs.length === 1) renames.set(ref.name, heir.ref.name);
  }
  if (renames.size === 0) return expected;
  return expected.map(({ ref, object, ...rest }) => {
    const renamed = rename(object, renames);
    return {
      ...rest,
      ref: { ...ref, name: renames.get(ref.name) ?? ref.name },
      object: isObject(renamed) ? renamed : object,
    };
  });
}

function rename(value: JsonValue, renames: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === 'string') return renames.get(value) ?? value;
  if (isArray(value)) return value.map((item) => rename(item, renames));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rename(item, renames)]));
}
