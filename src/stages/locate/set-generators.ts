import { posix } from 'node:path';
import type { FieldPath } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject, plainText } from '../../domain/json.ts';
import type { Checkout } from '../../domain/source.ts';
import type { Overlay } from '../../ports/renderer.ts';
import { readAll } from './documents.ts';
import { listFiles, readSource } from './files.ts';
import type { PathPattern } from './set-globs.ts';
import { selectFiles, selectFolders } from './set-globs.ts';
import type { Parameters } from './set-template.ts';
import { fillTemplate, flatten } from './set-template.ts';
import { sameRepositoryKey } from './spec.ts';

/** What a generator of an ApplicationSet looks at. */
export interface GeneratorContext {
  readonly checkout: Checkout;
  readonly overlay: Overlay;
  readonly goTemplate: boolean;
}

/** One set of parameters, and where its values are written: in the set itself, or in files of the repository. */
export interface Generated {
  readonly parameters: Parameters;
  readonly elements: readonly FieldPath[];
  readonly files: readonly string[];
}

/**
 * What a generator gives: `list`, `git` with files or directories of the same repository, `matrix` and `merge` of these
 * (docs/operator-manual/applicationset). Undefined for generators that ask a cluster, a forge or a plugin.
 */
export function generate(
  generator: JsonObject,
  at: FieldPath,
  context: GeneratorContext,
): readonly Generated[] | undefined {
  const { list, git, matrix, merge } = generator;
  if (isObject(list)) return fromList(list, [...at, 'list'], context);
  if (isObject(git)) return fromGit(git, context);
  if (isObject(matrix)) return fromMatrix(matrix, [...at, 'matrix'], context);
  return isObject(merge) ? fromMerge(merge, [...at, 'merge'], context) : undefined;
}

function fromList(
  { elements }: JsonObject,
  at: FieldPath,
  context: GeneratorContext,
): readonly Generated[] | undefined {
  if (!isArray(elements)) return undefined;
  return elements.filter(isObject).map((element, i) => ({
    parameters: shape(element, context),
    elements: [[...at, 'elements', i]],
    files: [],
  }));
}

function shape(parameters: JsonObject, { goTemplate }: GeneratorContext): Parameters {
  return goTemplate ? parameters : flatten(parameters);
}

function fromGit(git: JsonObject, context: GeneratorContext): readonly Generated[] | undefined {
  const { checkout } = context;
  if (sameRepositoryKey(plainText(git.repoURL)) !== sameRepositoryKey(checkout.repoURL)) return undefined;
  if (git.pathParamPrefix !== undefined) return undefined;
  const values = isObject(git.values) ? git.values : {};
  const found = isArray(git.files) ? fromFiles(git.files, context) : fromDirectories(git.directories, context);
  return found?.flatMap((generated) => {
    const filled = fillTemplate(values, generated.parameters, context.goTemplate);
    if (!isObject(filled)) return [];
    const named = context.goTemplate ? { values: filled } : flatten(filled, 'values');
    return [
      { ...generated, parameters: isEmpty(filled) ? generated.parameters : { ...generated.parameters, ...named } },
    ];
  });
}

function isEmpty(map: JsonObject): boolean {
  return Object.keys(map).length === 0;
}

function fromFiles(patterns: readonly JsonValue[], context: GeneratorContext): readonly Generated[] | undefined {
  const { checkout, overlay } = context;
  const files = selectFiles(listFiles(checkout, /\.(ya?ml|json)$/), patternsOf(patterns));
  return files.flatMap((file) => {
    const documents = readAll(readSource(checkout, overlay, file) ?? '', file);
    if (!documents.ok) return [];
    return documents.value.map(({ value }) => {
      const own = shape(value, context);
      return {
        parameters: { ...own, ...pathParameters(posix.dirname(file), context, file) },
        elements: [],
        files: [file],
      };
    });
  });
}

function fromDirectories(patterns: JsonValue | undefined, context: GeneratorContext): readonly Generated[] | undefined {
  if (!isArray(patterns)) return undefined;
  const folders = new Set<string>();
  for (const file of listFiles(context.checkout, /./)) {
    for (let folder = posix.dirname(file); folder !== '.'; folder = posix.dirname(folder)) folders.add(folder);
  }
  return selectFolders([...folders].sort(), patternsOf(patterns)).map((folder) => ({
    parameters: pathParameters(folder, context),
    elements: [],
    files: [],
  }));
}

function patternsOf(entries: readonly JsonValue[]): readonly PathPattern[] {
  return entries.filter(isObject).map(({ path, exclude }) => ({ path: plainText(path), exclude: exclude === true }));
}

/** The parameters that tell the path (applicationset/generators/git.go). */
function pathParameters(folder: string, { goTemplate }: GeneratorContext, file?: string): Parameters {
  const segments = folder === '.' ? [] : folder.split('/');
  const basename = posix.basename(folder);
  const basenameNormalized = basename.toLowerCase().replace(/[^a-z0-9.-]/g, '-');
  const filename = file === undefined ? {} : { filename: posix.basename(file) };
  if (goTemplate) return { path: { path: folder, basename, basenameNormalized, segments, ...filename } };
  const named = file === undefined ? {} : { 'path.filename': posix.basename(file) };
  const indexed = Object.fromEntries(segments.map((segment, i) => [`path[${i}]`, segment]));
  return {
    path: folder,
    'path.basename': basename,
    'path.basenameNormalized': basenameNormalized,
    ...indexed,
    ...named,
  };
}

/** Each of the first with each of the second, whose own texts may use the first's parameters. */
function fromMatrix(matrix: JsonObject, at: FieldPath, context: GeneratorContext): readonly Generated[] | undefined {
  const [first, second] = isArray(matrix.generators) ? matrix.generators : [];
  if (!isObject(first) || !isObject(second)) return undefined;
  const outer = generate(first, [...at, 'generators', 0], context);
  const out: Generated[] = [];
  for (const left of outer ?? []) {
    const filled = fillTemplate(second, left.parameters, context.goTemplate);
    const inner = isObject(filled) ? generate(filled, [...at, 'generators', 1], context) : undefined;
    if (!inner) return undefined;
    out.push(...inner.map((right) => together(left, right)));
  }
  return outer && out;
}

/** The first generator's sets, completed by those of the others that agree in the merge keys. */
function fromMerge(merge: JsonObject, at: FieldPath, context: GeneratorContext): readonly Generated[] | undefined {
  const keys = isArray(merge.mergeKeys) ? merge.mergeKeys.map(plainText) : [];
  const lists = (isArray(merge.generators) ? merge.generators : []).map((generator, i) =>
    isObject(generator) ? generate(generator, [...at, 'generators', i], context) : undefined,
  );
  const [base, ...others] = lists;
  if (!base || keys.length === 0 || others.some((list) => list === undefined)) return undefined;
  return base.map((one) =>
    others
      .flatMap((list) => list ?? [])
      .reduce((merged, other) => {
        const agrees = keys.every((key) => plainText(other.parameters[key]) === plainText(one.parameters[key]));
        return agrees ? together(merged, other) : merged;
      }, one),
  );
}

function together(a: Generated, b: Generated): Generated {
  return {
    parameters: { ...a.parameters, ...b.parameters },
    elements: [...a.elements, ...b.elements],
    files: [...a.files, ...b.files],
  };
}
