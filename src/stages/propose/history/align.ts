import type { JsonValue } from '../../../domain/json.ts';
import { isArray, isObject } from '../../../domain/json.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { baseName, unhashedName } from '../kustomize-hash.ts';

/**
 * Writes the names that Kustomize's generators made in `before` as they are in `now`, so that the new hash of a generated
 * ConfigMap or Secret is no difference in the workloads that use it.
 */
export function alignGenerated(before: readonly RenderedObject[], now: readonly RenderedObject[]): RenderedObject[] {
  const names = new Map<string, string>();
  for (const old of before.filter(generated)) {
    const match = now.find(
      (object) =>
        generated(object) && object.ref.kind === old.ref.kind && baseName(object.ref.name) === baseName(old.ref.name),
    );
    if (match) names.set(old.ref.name, match.ref.name);
  }
  if (names.size === 0) return [...before];
  return before.map((object) => {
    const renamed = rename(object.object, names);
    const name = names.get(object.ref.name);
    return {
      ...object,
      object: isObject(renamed) ? renamed : object.object,
      ref: name === undefined ? object.ref : { ...object.ref, name },
    };
  });
}

function generated({ ref }: RenderedObject): boolean {
  return (ref.kind === 'ConfigMap' || ref.kind === 'Secret') && unhashedName(ref.name) !== undefined;
}

function rename(value: JsonValue, names: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === 'string') return names.get(value) ?? value;
  if (isArray(value)) return value.map((item) => rename(item, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rename(item, names)]));
}
