import type { Operation } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { isObject } from '../../domain/json.ts';
import { generatorsOf } from './generator-candidates.ts';
import type { Place } from './places.ts';
import type { Goal } from './goal.ts';
import type { Wish } from './value-candidates.ts';

const REFERENCE = /^(?:name|claimName|secretName|serviceAccountName|serviceAccount)$/;
const BY_PODS = new Set(['ConfigMap', 'Secret', 'ServiceAccount', 'PersistentVolumeClaim']);

/** What an object of a kind refers to by name (sigs.k8s.io/kustomize api/internal/konfig/builtinpluginconsts, namereference). */
function isReferredTo(kind: string, by: string): boolean {
  if (by === 'Ingress') return kind === 'Service';
  if (by === 'HorizontalPodAutoscaler') return kind === 'Deployment' || kind === 'StatefulSet';
  return BY_PODS.has(kind);
}

/**
 * Kustomize gives objects other names than the source has (`namePrefix`, `nameSuffix`, a generator's hash) and rewrites the
 * references to them. A reference that is to point to such an object is written with the name that the source has: the
 * operations with each such name, the longest first. Undefined where the source has the very name.
 */
export function withWrittenNames(
  { operations, wanted, declared }: Goal,
  wishes: readonly Wish[],
  places: readonly Place[],
): readonly (readonly Operation[])[] | undefined {
  const [name, ...others] = new Set(wishes.map(({ after }) => after));
  if (typeof name !== 'string' || others.length > 0 || !wishes.every(({ path }) => isReference(path.at(-1))))
    return undefined;
  const target = wanted.find(
    ({ ref }) =>
      isReferredTo(ref.kind, declared.ref.kind) && ref.name === name && ref.namespace === declared.ref.namespace,
  );
  if (!target) return undefined;
  const documents = places.flatMap(({ kind, value }) => {
    const metadata =
      kind === 'manifest' && isObject(value) && value.kind === target.ref.kind ? value.metadata : undefined;
    return isObject(metadata) && typeof metadata.name === 'string' ? [metadata.name] : [];
  });
  const generators = generatorsOf(places, target.ref).flatMap(({ generator }) =>
    typeof generator.name === 'string' ? [generator.name] : [],
  );
  const names = [...new Set([...documents, ...generators])].filter((known) => name.includes(known));
  if (names.length === 0 || names.includes(name)) return undefined;
  return names
    .toSorted((a, b) => b.length - a.length)
    .slice(0, MOST_NAMES)
    .map((known) =>
      operations.map((operation) => (operation.op === 'replace' ? { ...operation, value: known } : operation)),
    );
}

function isReference(segment: FieldPath[number] | undefined): boolean {
  return typeof segment === 'string' && REFERENCE.test(segment);
}

/** Each costs a render. */
const MOST_NAMES = 4;
