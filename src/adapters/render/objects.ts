import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { scopeOf } from './scope.ts';

/** One document that a source gave, and where it is written, for renderers that copy documents. */
export interface Manifest {
  readonly value: JsonObject;
  readonly origin?: RenderedObject['origin'];
}

/**
 * The objects of rendered documents as Argo CD would apply them: Lists are opened (anything with an `items` list, as
 * apimachinery's IsList), namespaced objects get the destination's namespace where they name none, and cluster-scoped
 * ones lose theirs (argo-cd controller/state.go). Objects with `generateName` are named after it, so that a change of
 * them is seen too.
 */
export function objectsOf(
  manifests: readonly Manifest[],
  destinationNamespace: string | undefined,
): readonly RenderedObject[] {
  const opened = manifests.flatMap(({ value, origin }) => openList(value).map((object) => ({ object, origin })));
  const scope = scopeOf(opened.map(({ object }) => object));
  const generated = new Map<string, number>();
  return opened.flatMap(({ object, origin }) => {
    const { apiVersion, kind, metadata } = object;
    if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isObject(metadata)) return [];
    const name = nameOf(metadata, `${apiVersion}/${kind}`, generated);
    if (name === undefined) return [];
    const placed = place(object, metadata, scope(object), destinationNamespace);
    const { namespace } = placed;
    const ref = namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
    const given = placed.filled ? { placed: true as const } : {};
    return [{ ref, object: placed.object, ...given, ...(origin === undefined ? {} : { origin }) }];
  });
}

function openList(value: JsonObject): readonly JsonObject[] {
  if (isArray(value.items)) return value.items.filter((item): item is JsonObject => isObject(item));
  if (value.items === null && !('spec' in value) && !('status' in value)) return [];
  return [value];
}

function nameOf(metadata: JsonObject, type: string, generated: Map<string, number>): string | undefined {
  if (typeof metadata.name === 'string' && metadata.name !== '') return metadata.name;
  if (typeof metadata.generateName !== 'string') return undefined;
  const key = `${type}/${metadata.generateName}`;
  const count = (generated.get(key) ?? 0) + 1;
  generated.set(key, count);
  return `${metadata.generateName}*${count === 1 ? '' : count}`;
}

function place(
  object: JsonObject,
  metadata: JsonObject,
  scope: 'Namespaced' | 'Cluster',
  destination: string | undefined,
): { object: JsonObject; namespace: string | undefined; filled?: true } {
  const own = typeof metadata.namespace === 'string' && metadata.namespace !== '' ? metadata.namespace : undefined;
  if (scope === 'Cluster') {
    if (own === undefined) return { object, namespace: undefined };
    const rest = Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== 'namespace'));
    return { object: { ...object, metadata: rest }, namespace: undefined };
  }
  if (own !== undefined || destination === undefined || destination === '') return { object, namespace: own };
  return {
    object: { ...object, metadata: { ...metadata, namespace: destination } },
    namespace: destination,
    filled: true,
  };
}

/** True for a document that can be an object at all: a map with a kind. */
export function isManifest(value: JsonValue | undefined): value is JsonObject {
  return isObject(value) && typeof value.kind === 'string' && value.kind !== '';
}
