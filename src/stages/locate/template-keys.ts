import { posix } from 'node:path';
import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isObject, plainText } from '../../domain/json.ts';
import { readDocuments } from '../../domain/yaml/read.ts';
import { NO_OVERLAY, readSource } from './files.ts';
import type { Layer } from './helm-layers.ts';
import type { Scalar } from './places.ts';
import { isScalar, nodesOf } from './places.ts';
import type { RenderedSource } from './render.ts';

/** A key of the values that a chart's template names, and what the template takes where the key is empty (`default`). */
export interface TemplateKey {
  readonly key: FieldPath;
  /** The names that the template writes: what can be compared with a field's. */
  readonly names: readonly string[];
  readonly fallback?: Scalar;
}

const REFERENCE = /(?<![\w)\].])(\$\w*)?((?:\.[A-Za-z_]\w*)+)/g;
const ARGUMENT = '("(?:[^"\\\\]|\\\\.)*"|-?\\d+(?:\\.\\d+)?|true|false|\\$?(?:\\.[A-Za-z_]\\w*)+)';
const AFTER = new RegExp(`^\\s*\\|\\s*default\\s+${ARGUMENT}`);
const BEFORE = new RegExp(`\\bdefault\\s+${ARGUMENT}\\s+\\(?$`);
const BUILT_IN = new Set(['Values', 'Chart', 'Release', 'Capabilities', 'Files', 'Template', 'Subcharts']);

/**
 * The keys that the templates of a chart, and of the charts in it, name. What a template reads of an entry that it ranges over
 * (`$worker.memory`) is taken to be of the entry that the object is named after, or an item in it (its container), and a name
 * inside `with .Values.a` to be of `a`.
 */
export function templateKeys(
  { request, inputs }: RenderedSource,
  layers: readonly Layer[],
  values: JsonValue,
  objectName: string,
  itemNames: readonly string[],
): readonly TemplateKey[] {
  const { checkout, path: folder } = request;
  const ranged = namedEntries(values, objectName, itemNames);
  return inputs.flatMap(({ repoURL, path: file }) => {
    if (repoURL !== checkout.repoURL || !/(^|\/)templates\/.*\.(ya?ml|tpl)$/.test(file)) return [];
    // `(.a).b` is `.a.b` that stands a missing `a`.
    const text = (readSource(checkout, NO_OVERLAY, file) ?? '').replaceAll(/\(\s*(\$?[\w.]+)\s*\)(?=\.)/g, '$1');
    const chart = chartOf(file, folder);
    const prefixes = prefixesOf(chart, folder, layers);
    const below = (names: readonly string[]): FieldPath[] =>
      names[0] === 'global' ? [names] : prefixes.map((prefix) => [...prefix, ...names]);
    const opened = [...text.matchAll(/\{\{-?\s*with\s+\$?\.Values((?:\.\w+)+)/g)].flatMap(([, dotted = '']) =>
      below(dotted.split('.').slice(1)),
    );
    const around = [...(/\brange\b/.test(text) ? ranged : []), ...opened];
    const given = file.endsWith('.tpl') ? mapsOf(values, ranged) : [];
    const valueOf = (argument: string): Scalar | undefined => literal(argument, values, () => appVersion(chart));
    const appVersion = (at: string): Scalar | undefined => {
      const documents = readDocuments(readSource(checkout, NO_OVERLAY, posix.join(at, 'Chart.yaml')) ?? '');
      const version = documents.ok ? getField(documents.value[0]?.value, ['appVersion']) : undefined;
      return isScalar(version) ? version : undefined;
    };
    return [...text.matchAll(/\{\{[^]*?\}\}/g)].flatMap(([action]) =>
      [...action.matchAll(REFERENCE)].flatMap(({ 0: whole, 2: dotted = '', index }) => {
        const [first = '', ...rest] = dotted.split('.').slice(1);
        const names = first === 'Values' ? rest : [first, ...rest];
        if ((BUILT_IN.has(first) && first !== 'Values') || names.length === 0) return [];
        const argument =
          AFTER.exec(action.slice(index + whole.length))?.[1] ?? BEFORE.exec(action.slice(0, index))?.[1];
        const fallback = argument === undefined ? undefined : valueOf(argument);
        // A named template sees what it is given: any map may be that, if the key has a default to be told by.
        const last = fallback === undefined ? [] : given.map((map) => [...map, ...names.slice(-1)]);
        const keys = first === 'Values' ? below(names) : [...around.map((entry) => [...entry, ...names]), ...last];
        return keys.map((key) => (fallback === undefined ? { key, names } : { key, names, fallback }));
      }),
    );
  });
}

/** The folder of the chart that a template belongs to. */
function chartOf(file: string, folder: string): string {
  const chart = file.slice(0, Math.max(file.lastIndexOf('/templates/'), 0));
  return chart.startsWith(folder) || folder === '' ? chart : chart || folder;
}

/** Where a chart's values are among those of the source's chart: under each alias; nowhere else for the chart itself. */
function prefixesOf(chart: string, folder: string, layers: readonly Layer[]): readonly FieldPath[] {
  if (chart === folder) return [[]];
  const own = layers.filter(({ place }) => place.kind === 'chart-values' && posix.dirname(place.file) === chart);
  if (own.length > 0) return own.map(({ prefix }) => prefix);
  // A chart without defaults has no layer; what a library beside the chart names are the chart's own values.
  const inner = /^charts\/([^/]+)$/.exec(posix.relative(folder, chart))?.[1];
  return [inner === undefined ? [] : [inner]];
}

function literal(argument: string, values: JsonValue, appVersion: () => Scalar | undefined): Scalar | undefined {
  if (argument.endsWith('.Chart.AppVersion')) return appVersion();
  const dotted = /^\$?\.Values\.(.+)$/.exec(argument)?.[1];
  if (dotted !== undefined) {
    const value = getField(values, dotted.split('.'));
    return isScalar(value) ? value : undefined;
  }
  if (argument.includes('.') && /^\$?\./.test(argument)) return undefined;
  try {
    const value: unknown = JSON.parse(argument);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The maps that a named template may be given: those in the entries of an object first, at most forty. */
function mapsOf(values: JsonValue, entries: readonly FieldPath[]): readonly FieldPath[] {
  const maps = [...nodesOf(values)].flatMap(({ path, value }) => (isObject(value) && path.length > 0 ? [path] : []));
  const isIn = (path: FieldPath): boolean => entries.some((entry) => entry.every((segment, i) => segment === path[i]));
  return [...maps.filter(isIn), ...maps.filter((path) => !isIn(path))].slice(0, 40);
}

/**
 * Entries of maps and lists that an object seems to be named after: `workers.mail`, or `{name: mail}`, for `worker-mail`;
 * before them the entries in those that are named as an item of the object is, such as a container.
 */
function namedEntries(values: JsonValue, name: string, itemNames: readonly string[]): readonly FieldPath[] {
  const words = name.split('-');
  const parts = new Set(
    words.flatMap((_, from) => words.slice(from).map((__, i) => words.slice(from, from + i + 1).join(''))),
  );
  const isNamed = (text: string): boolean => parts.has(text.toLowerCase().replaceAll(/[-_]/g, ''));
  const entries = [...nodesOf(values)].flatMap(({ path, value }) => {
    const last = path.at(-1);
    if (!isObject(value) || path.length < 2) return [];
    return [{ path, called: typeof last === 'string' ? last : plainText(value.name) }];
  });
  const own = entries.filter(({ called }) => isNamed(called)).map(({ path }) => path);
  const items = entries.filter(
    ({ path, called }) =>
      itemNames.includes(called) &&
      own.some((entry) => entry.length < path.length && entry.every((segment, i) => segment === path[i])),
  );
  return [...new Set([...items.map(({ path }) => path), ...own])];
}
