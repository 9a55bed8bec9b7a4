import { posix } from 'node:path';
import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
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
  const read = source.inputs.flatMap(({ repoURL, path }) => {
    if (repoURL !== checkout.repoURL || !/(\.ya?ml|\.json|Kustomization)$/.test(path)) return [];
    const text = readSource(checkout, overlay, path);
    const documents = text === undefined ? undefined : readDocuments(text, path);
    return documents?.ok ? documents.value.map(({ index, value }) => ({ path, index, value })) : [];
  });
  const options = { patches: source.request.source.kustomize?.patches ?? [] };
  const patches = new Map([
    ...patchFiles(folder, options),
    ...read.flatMap(({ path, value }) => (isEntryFile(path) ? patchFiles(folderOf(path), value) : [])),
  ]);
  return read.flatMap(({ path, index, value }) => {
    const kind = isEntryFile(path) ? 'kustomization' : patches.has(path) || isArray(value) ? 'patch' : 'manifest';
    const place = placeOf(kind, path, layerOf(folder, path));
    const broad = patches.get(path) === true ? { broad: true as const } : {};
    const whole = { ...place, repoURL: checkout.repoURL, file: path, document: index, base: [], value, ...broad };
    return kind === 'kustomization' ? [whole, ...inlinePatches(whole)] : [whole];
  });
}

function isEntryFile(file: string): boolean {
  return KUSTOMIZATION_NAMES.some((known) => known === posix.basename(file));
}

function folderOf(file: string): string {
  const folder = posix.dirname(file);
  return folder === '.' ? '' : folder;
}

/** The files that a kustomization, or an Application's options for one, names as patches, and whether each is broad. */
function patchFiles(folder: string, root: JsonValue): readonly (readonly [file: string, broad: boolean])[] {
  if (!isObject(root)) return [];
  const { patches, patchesJson6902, patchesStrategicMerge } = root;
  const entries = [patches, patchesJson6902, patchesStrategicMerge].flatMap((list) => (isArray(list) ? list : []));
  return entries.flatMap((entry) => {
    const file = isObject(entry) ? entry.path : entry;
    if (typeof file !== 'string' || file.includes('\n')) return [];
    return [[posix.normalize(posix.join(folder, file)), isBroad(entry)] as const];
  });
}

/** Whether the target of a patch is not one name: a regular expression, a selector, or all of a kind. */
function isBroad(entry: JsonValue): boolean {
  const target = isObject(entry) ? entry.target : undefined;
  return isObject(target) && !(typeof target.name === 'string' && /^[\w.-]+$/.test(target.name));
}

/** Own folder 100, folders below it 90, others less the farther away they are. */
function layerOf(folder: string, file: string): number {
  const own = folderOf(file);
  if (own === folder) return 100;
  if (folder === '' || own.startsWith(`${folder}/`)) return 90;
  return 50 - posix.relative(folder, own).split('/').length;
}

function placeOf(
  kind: 'kustomization' | 'patch' | 'manifest',
  file: string,
  layer: number,
): Pick<Place, 'kind' | 'layer' | 'label'> {
  const nearer = { kustomization: 3, patch: 2, manifest: 0 };
  return { kind, layer: layer + nearer[kind], label: `the ${kind} ${file}` };
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
    const broad = isBroad(getField(root, inside.slice(0, 2)) ?? null) ? { broad: true as const } : {};
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
        ...broad,
      } satisfies Place,
    ];
  });
}

function stepTo(value: JsonValue | undefined, segment: FieldPath[number]): JsonValue | undefined {
  if (isArray(value)) return value[Number(segment)];
  return isObject(value) && typeof segment === 'string' ? value[segment] : undefined;
}
