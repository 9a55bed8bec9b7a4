import { posix } from 'node:path';
import type { FieldPath } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import { readDocuments } from '../../domain/yaml/read.ts';
import type { Overlay } from '../../ports/renderer.ts';
import { readSource } from './files.ts';
import type { Place } from './places.ts';
import type { RenderedSource } from './render.ts';
import { KUSTOMIZATION_NAMES } from './source-type.ts';

/**
 * The documents of a directory or Kustomize source: manifests, patches (files and texts inside a kustomization) and the
 * kustomizations themselves. Files of the source's own folder are nearer than bases and components elsewhere.
 */
export function kustomizePlaces(source: RenderedSource, overlay: Overlay): readonly Place[] {
  const { checkout, path: folder } = source.request;
  return source.inputs.flatMap(({ repoURL, path }) => {
    if (repoURL !== checkout.repoURL || !/(\.ya?ml|\.json|Kustomization)$/.test(path)) return [];
    const text = readSource(checkout, overlay, path);
    const documents = text === undefined ? undefined : readDocuments(text, path);
    if (!documents?.ok) return [];
    return documents.value.flatMap(({ index, value }) => {
      const place = placeOf(repoURL, path, index, value, layerOf(folder, path));
      return place.kind === 'kustomization' ? [place, ...inlinePatches(place)] : [place];
    });
  });
}

/** Own folder 100, folders below it 90, others less the farther away they are. */
function layerOf(folder: string, file: string): number {
  const own = posix.dirname(file) === '.' ? '' : posix.dirname(file);
  if (own === folder) return 100;
  if (folder === '' || own.startsWith(`${folder}/`)) return 90;
  return 50 - posix.relative(folder, own).split('/').length;
}

function placeOf(repoURL: string, file: string, document: number, value: JsonValue, layer: number): Place {
  const name = posix.basename(file);
  const shared = { repoURL, file, document, base: [], value };
  if (KUSTOMIZATION_NAMES.some((known) => known === name)) {
    return { ...shared, kind: 'kustomization', layer: layer + 3, label: `the kustomization ${file}` };
  }
  if (isArray(value) || (isObject(value) && isPatchLike(value))) {
    return { ...shared, kind: 'patch', layer: layer + 2, label: `the patch ${file}` };
  }
  return { ...shared, kind: 'manifest', layer, label: `the manifest ${file}` };
}

/** A document that does not describe a whole object: a workload without a selector or any container's image. */
function isPatchLike(value: JsonValue): boolean {
  if (!isObject(value) || !isObject(value.spec) || !isObject(value.spec.template)) return false;
  return !isObject(value.spec.selector) && value.kind !== 'Job';
}

/**
 * Whether a scalar of a kustomization (or of an Application's options for one) goes into objects. The others select what
 * is built and where it is changed: another value there moves a field without being its source.
 */
export function carriesValue([field, , key]: FieldPath): boolean {
  if (typeof field !== 'string') return false;
  if (['namespace', 'namePrefix', 'nameSuffix', 'commonLabels', 'commonAnnotations'].includes(field)) return true;
  if (field === 'images') return key === undefined || key === 'newName' || key === 'newTag' || key === 'digest';
  if (field === 'replicas') return key === 'count';
  if (field === 'labels') return key === 'pairs';
  if (field === 'replacements') return key === 'sourceValue';
  if (field === 'configMapGenerator' || field === 'secretGenerator')
    return key !== 'files' && key !== 'envs' && key !== 'env';
  return field === 'generatorOptions' || field.startsWith('patches');
}

/** The patches that are written as text in a kustomization, or in the `kustomize` options of an Application. */
export function inlinePatches(kustomization: Place): readonly Place[] {
  const root = kustomization.value;
  if (!isObject(root)) return [];
  const at: FieldPath[] = [];
  for (const [field, key] of [
    ['patches', 'patch'],
    ['patchesJson6902', 'patch'],
    ['patchesStrategicMerge', undefined],
  ] as const) {
    const list = root[field];
    if (!isArray(list)) continue;
    for (const [i, item] of list.entries()) {
      if (key === undefined && typeof item === 'string' && item.includes('\n')) at.push([field, i]);
      if (key !== undefined && isObject(item) && typeof item[key] === 'string') at.push([field, i, key]);
    }
  }
  return at.flatMap((inside) => {
    const text = inside.reduce<JsonValue | undefined>((value, segment) => stepTo(value, segment), root);
    const documents = typeof text === 'string' ? readDocuments(text) : undefined;
    const [only, ...more] = documents?.ok ? documents.value : [];
    if (!only || more.length > 0) return [];
    const label = `the inline patch in ${kustomization.kind === 'kustomization' ? kustomization.file : kustomization.label}`;
    return [
      {
        ...kustomization,
        kind: 'patch',
        inside: [...kustomization.base, ...inside],
        base: [],
        value: only.value,
        layer: kustomization.layer - 1,
        label,
      } satisfies Place,
    ];
  });
}

function stepTo(value: JsonValue | undefined, segment: FieldPath[number]): JsonValue | undefined {
  if (isArray(value)) return value[Number(segment)];
  return isObject(value) && typeof segment === 'string' ? value[segment] : undefined;
}
