import type { MissingReference } from '../../../domain/finding.ts';
import { getField } from '../../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { deepEqual } from '../../../domain/json.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { baseName } from '../kustomize-hash.ts';
import type { PodReference } from '../pod-references.ts';
import type { ProposeContext } from '../proposer.ts';

const DATA = ['data', 'stringData', 'binaryData'];

/**
 * Whether a reference goes to what the missing thing became in Git: the very value that the missing key had, under another key,
 * or all of the missing object's data, in another object. Then it is the reference that was left behind.
 */
export async function followsRename(
  missing: MissingReference,
  next: PodReference,
  context: ProposeContext,
): Promise<boolean> {
  const { kind, namespace, name, key } = missing;
  const called = (objects: readonly RenderedObject[], wanted: string): JsonObject | undefined =>
    objects.find(
      ({ ref }) => ref.kind === kind && ref.namespace === namespace && baseName(ref.name) === baseName(wanted),
    )?.object;
  const now = next.kind === kind ? called(context.siblings, next.name) : undefined;
  if (!now || (next.name === name && next.key === key)) return false;
  for await (const { objects } of context.versions()) {
    const then = called(objects, name);
    const had = then && (key === undefined ? dataOf(then) : valueOf(then, key));
    if (had === undefined) continue;
    const has = key === undefined ? dataOf(now) : next.key === undefined ? undefined : valueOf(now, next.key);
    return has !== undefined && deepEqual(has, had);
  }
  return false;
}

function valueOf(object: JsonObject, key: string): JsonValue | undefined {
  return DATA.map((field) => getField(object, [field, key])).find((value) => value !== undefined);
}

function dataOf(object: JsonObject): JsonObject {
  return Object.fromEntries(DATA.map((field) => [field, object[field] ?? {}]));
}
