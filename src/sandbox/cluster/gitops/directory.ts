import type { JsonObject } from '../../../domain/json.ts';
import { isArray, isObject } from '../../../domain/json.ts';
import { readDocuments } from '../../../domain/yaml/read.ts';
import type { Application, Source } from './application.ts';

/** What a source is rendered from. */
export interface RenderInput {
  readonly application: Application;
  readonly source: Source;
  /** Every text file below the source's path, by path in the repository. */
  readonly files: ReadonlyMap<string, string>;
  readonly revision: string;
}

/** What a source rendered to, or why it did not (the text goes into a ComparisonError). */
export type RenderOutput =
  | { readonly ok: true; readonly type: 'Directory' | 'Kustomize' | 'Helm'; readonly objects: readonly JsonObject[] }
  | { readonly ok: false; readonly message: string };

/** Renders sources; a real Helm or Kustomize can stand behind it. Undefined means "a plain directory". */
export type Render = (input: RenderInput) => Promise<RenderOutput | undefined>;

/** The tool that Argo CD would choose from the files alone (tool_detection.md). */
export function detectedType(input: RenderInput): 'Directory' | 'Kustomize' | 'Helm' {
  const has = (name: string): boolean => input.files.has(prefixOf(input.source) + name);
  if (input.source.helm !== undefined || input.source.chart !== undefined || has('Chart.yaml')) return 'Helm';
  return ['kustomization.yaml', 'kustomization.yml', 'Kustomization'].some(has) || input.source.kustomize !== undefined
    ? 'Kustomize'
    : 'Directory';
}

function prefixOf({ path }: Source): string {
  const clean = (path ?? '').replace(/^\.?\/+/, '').replace(/\/+$/, '');
  return clean === '' || clean === '.' ? '' : `${clean}/`;
}

/** A glob of directory.include and exclude: `*` crosses folders, `{a,b}` is a choice. */
function glob(pattern: string): RegExp {
  let depth = 0;
  const body = pattern.split('').map((char) => {
    if (char === '*') return '.*';
    if (char === '?') return '.';
    if (char === '{') {
      depth++;
      return '(?:';
    }
    if (char === '}') return depth-- > 0 ? ')' : '\\}';
    if (char === ',' && depth > 0) return '|';
    return char.replace(/[.+^$()|[\]\\]/, '\\$&');
  });
  return new RegExp(`^${body.join('')}$`, 's');
}

/** Renders a directory source: every manifest file, every document, Lists taken apart. */
export function renderDirectory(input: RenderInput): RenderOutput {
  const prefix = prefixOf(input.source);
  const { recurse, include, exclude } = input.source.directory ?? {};
  const objects: JsonObject[] = [];
  for (const [path, text] of [...input.files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const relative = path.slice(prefix.length);
    const listed =
      path.startsWith(prefix) && /\.(ya?ml|json)$/.test(path) && (recurse === true || !relative.includes('/'));
    if (
      !listed ||
      (include !== undefined && include !== '' && !glob(include).test(relative)) ||
      (exclude !== undefined && exclude !== '' && glob(exclude).test(relative))
    )
      continue;
    const found = parseManifests(text);
    if (typeof found === 'string')
      return { ok: false, message: `Failed to unmarshal ${JSON.stringify(relative.split('/').at(-1))}: ${found}` };
    objects.push(...found);
  }
  return { ok: true, type: 'Directory', objects };
}

/** The objects of a manifest file, or what is wrong with it. */
function parseManifests(text: string): JsonObject[] | string {
  const documents = readDocuments(text);
  const head = 'failed to unmarshal manifest: ';
  if (!documents.ok)
    return `${head}error converting YAML to JSON: yaml: line ${documents.error.place?.line ?? 1}: ${documents.error.message}`;
  const objects: JsonObject[] = [];
  for (const { value } of documents.value) {
    if (value === null) continue;
    if (!isObject(value))
      return `${head}json: cannot unmarshal ${typeof value} into Go value of type map[string]interface {}`;
    if (typeof value.kind !== 'string') return `Object 'Kind' is missing in '${JSON.stringify(value).slice(0, 200)}'`;
    if (value.kind.endsWith('List') && isArray(value.items))
      objects.push(...value.items.filter((item) => isObject(item)));
    else objects.push(value);
  }
  return objects;
}
