import { posix } from 'node:path';
import type { FieldPath } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject, plainText } from '../../domain/json.ts';
import type { Checkout } from '../../domain/source.ts';
import { readDocuments } from '../../domain/yaml/read.ts';
import { applicationPlaces } from './application-places.ts';
import type { OptionsQuestion } from './application-places.ts';
import { archiveFiles } from './archive.ts';
import { NO_OVERLAY, listNames, readSource } from './files.ts';
import type { Leaf, Place } from './places.ts';
import { scalarsOf } from './places.ts';
import type { RenderedSource } from './render.ts';
import type { LocateContext } from './session.ts';

/** A set of Helm values: a place, and where its content is among the values that the chart sees. */
export interface Layer {
  readonly place: Place;
  /** Path of the place's value in the chart's values: the alias of a subchart; empty otherwise. */
  readonly prefix: FieldPath;
  readonly value: JsonObject;
  /** It belongs to a library chart, which renders nothing itself: its defaults count where the chart around it takes them. */
  readonly library?: true;
  /** A single parameter: its place holds a list of them, and only this path is set. */
  readonly parameter?: { readonly index: number; readonly path: FieldPath };
}

/** A change of the chart's values: a key gets a value, or goes. */
export interface ValueChange {
  readonly key: FieldPath;
  /** Undefined removes the key, so that a weaker layer's value counts again. */
  readonly value: JsonValue | undefined;
  /** No text shows that the field comes from here: that it carries the value is to be seen (see isCarried). */
  readonly unproven?: true;
}

/**
 * All values that a chart is rendered with, the weakest first: subcharts' defaults, the chart's defaults, value files
 * in order, inline values, parameters (docs/user-guide/helm.md).
 */
export function helmLayers(context: LocateContext, question: OptionsQuestion): readonly Layer[] {
  const { source } = question;
  const { checkout, path, source: written } = source.request;
  const vendored = written.chart !== undefined ? 'the chart comes from a registry' : undefined;
  const out: Layer[] = chartLayers(checkout, path, [], vendored);
  for (const { at, file } of valueFiles(source)) {
    const place = filePlace(at, file, 200 + out.length, 'values', `the value file ${file}`);
    if (place) out.push(layer(place));
  }
  for (const place of applicationPlaces(context, question)) out.push(...inlineLayers(place));
  return out;
}

function layer(place: Place, prefix: FieldPath = []): Layer {
  return { place, prefix, value: isObject(place.value) ? place.value : {} };
}

function filePlace(
  checkout: Checkout,
  file: string,
  number: number,
  kind: Place['kind'],
  label: string,
  closed?: string,
): Place | undefined {
  const text = readSource(checkout, NO_OVERLAY, file);
  const documents = text === undefined ? undefined : readDocuments(text, file);
  if (!documents?.ok) return undefined;
  const value = documents.value[0]?.value ?? {};
  const { repoURL, revision } = checkout;
  const place = { kind, repoURL, revision, file, document: 0, base: [], value, layer: number, label };
  return closed === undefined ? place : { ...place, closed };
}

/** Defaults of a chart and, below them, of its vendored subcharts under their names or aliases. */
function chartLayers(checkout: Checkout, folder: string, prefix: FieldPath, closed: string | undefined): Layer[] {
  const chart = documentOf(checkout, posix.join(folder, 'Chart.yaml'));
  // A chart of API version v1 lists them in a file of its own.
  const old = isArray(chart.dependencies) ? {} : documentOf(checkout, posix.join(folder, 'requirements.yaml'));
  const list = chart.dependencies ?? old.dependencies;
  const dependencies = isArray(list) ? list.filter(isObject) : [];
  const out: Layer[] = [];
  if (prefix.length < 4) {
    for (const [name, path] of subcharts(checkout, folder, dependencies)) {
      const aliases = dependencies.filter((dependency) => dependency.name === name).map(({ alias }) => alias ?? name);
      for (const alias of aliases.length > 0 ? aliases : [name]) {
        if (typeof alias !== 'string') continue;
        out.push(...chartLayers(checkout, path, [...prefix, alias], 'it belongs to a subchart'));
      }
    }
  }
  out.push(...packedLayers(checkout, folder, prefix, dependencies));
  const file = posix.join(folder, 'values.yaml');
  const place = filePlace(checkout, file, 100 - prefix.length, 'chart-values', `the chart's defaults ${file}`, closed);
  return place ? [...out, { ...layer(place, prefix), ...(chart.type === 'library' ? { library: true } : {}) }] : out;
}

/**
 * A key of a library chart's defaults is also a key of the chart that takes them over its own values (bjw-s `common`, whose
 * `defaultPodOptions` users set without `common`); that one comes first.
 */
export function asOwnKey(layers: readonly Layer[], change: ValueChange): readonly ValueChange[] {
  const owner = layers.find(
    ({ library, prefix }) => library && prefix.length > 0 && prefix.every((segment, i) => segment === change.key[i]),
  );
  return owner ? [{ ...change, key: change.key.slice(owner.prefix.length) }, change] : [change];
}

/** Defaults of the packed charts (`charts/*.tgz`) of a chart. Their lines are those inside the archive. */
function packedLayers(
  checkout: Checkout,
  folder: string,
  prefix: FieldPath,
  dependencies: readonly JsonObject[],
): Layer[] {
  const charts = posix.join(folder, 'charts');
  const archives = listNames(checkout, NO_OVERLAY, charts).filter((name) => name.endsWith('.tgz'));
  return archives.flatMap((archive) => {
    const file = posix.join(charts, archive);
    const name = archive.replace(/-\d[\w.+-]*\.tgz$/, '');
    const files = archiveFiles(checkout, file);
    const text = files.get(`${name}/values.yaml`);
    const library = /^type:\s*["']?library\b/m.test(files.get(`${name}/Chart.yaml`) ?? '');
    const documents = text === undefined ? undefined : readDocuments(text, file);
    const value = documents?.ok ? documents.value[0]?.value : undefined;
    if (!isObject(value)) return [];
    const aliases = dependencies
      .filter((dependency) => dependency.name === name)
      .map(({ alias }) => plainText(alias) || name);
    return (aliases.length > 0 ? aliases : [name]).map((alias) => {
      const label = `the defaults of the packed chart ${file} (${name}/values.yaml)`;
      const closed = 'it belongs to a packed chart';
      const shared = { kind: 'chart-values', repoURL: checkout.repoURL, file, document: 0, base: [], value } as const;
      const place: Place = { ...shared, layer: 98 - prefix.length, label, closed, member: `${name}/values.yaml` };
      return { ...layer(place, [...prefix, alias]), ...(library ? { library: true } : {}) };
    });
  });
}

function subcharts(
  checkout: Checkout,
  folder: string,
  dependencies: readonly JsonObject[],
): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  const charts = posix.join(folder, 'charts');
  for (const entry of listNames(checkout, NO_OVERLAY, charts)) {
    const path = posix.join(charts, entry);
    // Helm reads every chart in there, also one that no list names, but for these (pkg/chart/loader).
    if (/^[._]/.test(entry) || !listNames(checkout, NO_OVERLAY, path).includes('Chart.yaml')) continue;
    out.set(plainText(documentOf(checkout, posix.join(path, 'Chart.yaml')).name) || entry, path);
  }
  for (const { name, repository } of dependencies) {
    if (typeof name !== 'string' || typeof repository !== 'string' || !repository.startsWith('file://')) continue;
    const path = posix.normalize(posix.join(folder, repository.slice('file://'.length)));
    if (!out.has(name) && !path.startsWith('..')) out.set(name, path);
  }
  return out;
}

function documentOf(checkout: Checkout, file: string): JsonObject {
  const text = readSource(checkout, NO_OVERLAY, file);
  const documents = text === undefined ? undefined : readDocuments(text, file);
  const value = documents?.ok ? documents.value[0]?.value : undefined;
  return isObject(value) ? value : {};
}

/** The value files among a source's inputs, in the order in which Helm is given them. */
function valueFiles({ inputs, request }: RenderedSource): readonly { at: Checkout; file: string }[] {
  const checkouts = [request.checkout, ...request.refs.values()];
  return inputs.flatMap(({ repoURL, revision = request.checkout.revision, path, role }) => {
    const at = checkouts.find((candidate) => candidate.repoURL === repoURL && candidate.revision === revision);
    return at && role === 'values' ? [{ at, file: path }] : [];
  });
}

/** Inline values and parameters of an Application's manifest or of an override file. */
function inlineLayers(place: Place): readonly Layer[] {
  const helm = isObject(place.value) ? place.value : {};
  const out: Layer[] = [];
  if (isObject(helm.valuesObject)) {
    const base = [...place.base, 'valuesObject'];
    out.push(layer({ ...place, base, value: helm.valuesObject, label: `valuesObject in ${place.label}` }));
  } else if (typeof helm.values === 'string') {
    const documents = readDocuments(helm.values);
    const value = documents.ok ? (documents.value[0]?.value ?? {}) : {};
    const inside = [...place.base, 'values'];
    out.push(layer({ ...place, inside, base: [], value, label: `values in ${place.label}` }));
  }
  for (const [index, parameter] of (isArray(helm.parameters) ? helm.parameters : []).entries()) {
    if (!isObject(parameter) || typeof parameter.name !== 'string') continue;
    const path = parameterPath(parameter.name);
    const value = nestPlain(path, parameter.value ?? '');
    const label = `the parameter ${parameter.name} in ${place.label}`;
    out.push({
      place: { ...place, label, layer: place.layer + 5 },
      prefix: [],
      value: isObject(value) ? value : {},
      parameter: { index, path },
    });
  }
  return out;
}

/** `a.b[0].c` as Helm's --set reads it; `\.` is a dot in a key (pkg/strvals). */
function parameterPath(name: string): FieldPath {
  return [...name.matchAll(/((?:\\.|[^.[\]\\])+)|\[(\d+)\]/g)].map(([, key, index]) =>
    index === undefined ? (key ?? '').replace(/\\(.)/g, '$1') : Number(index),
  );
}

function nestPlain(path: FieldPath, value: JsonValue): JsonValue {
  return path.reduceRight<JsonValue>((inner, segment) => {
    if (typeof segment === 'number') return [...Array.from({ length: segment }, () => null), inner];
    return { [plainText(segment)]: inner };
  }, value);
}

/** A scalar among the values that the chart really sees, with the layer that sets it. */
export interface ValueLeaf extends Leaf {
  readonly layer: Layer;
  /** Path in the chart's values. */
  readonly key: FieldPath;
}

/** Scalars that no stronger layer overrides, the strongest layer first. */
export function liveLeaves(layers: readonly Layer[]): readonly ValueLeaf[] {
  return layers
    .flatMap((layer, i) =>
      [...scalarsOf(layer.value)].flatMap(({ path, value }): ValueLeaf[] => {
        const key = keyOf(layer, path);
        if (layers.slice(i + 1).some((other) => setsAt(other, key))) return [];
        const { parameter } = layer;
        if (parameter && value === null) return [];
        const at = parameter ? ['parameters', parameter.index, 'value'] : path;
        return [{ place: layer.place, path: at, value, layer, key }];
      }),
    )
    .reverse();
}

/** A subchart's `global` is the same for all charts. */
function keyOf({ prefix }: Layer, path: FieldPath): FieldPath {
  return path[0] === 'global' ? path : [...prefix, ...path];
}

/** Whether a layer decides the value at a key: it sets the key, or something else than a map above it. */
export function setsAt({ prefix, value }: Layer, key: FieldPath): boolean {
  const own = prefix.every((segment, i) => segment === key[i]) ? key.slice(prefix.length) : undefined;
  const rest = own ?? (key[0] === 'global' ? key : undefined);
  if (!rest) return false;
  let node: JsonValue | undefined = value;
  for (const segment of rest) {
    if (!isObject(node)) return true;
    if (!Object.hasOwn(node, plainText(segment))) return false;
    node = node[plainText(segment)];
  }
  return true;
}

/** The values that the chart sees, merged as Helm merges them: maps deeply, all else replaced, null deletes. */
export function effectiveValues(layers: readonly Layer[]): JsonObject {
  return layers.reduce<JsonObject>((values, { prefix, value }) => {
    const merged = mergeValues(values, nestPlain(prefix, value));
    return isObject(merged) ? merged : values;
  }, {});
}

function mergeValues(below: JsonValue | undefined, above: JsonValue): JsonValue {
  if (!isObject(above)) return above;
  const out: Record<string, JsonValue> = isObject(below) ? { ...below } : {};
  for (const [key, value] of Object.entries(above)) {
    if (value === null) delete out[key];
    else out[key] = mergeValues(out[key], value);
  }
  return out;
}
