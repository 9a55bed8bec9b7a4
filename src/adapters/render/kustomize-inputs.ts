import { posix } from 'node:path';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { readDocuments } from '../../domain/yaml/read.ts';
import type { Tree } from './tree.ts';
import { repositoryPath } from './tree.ts';
import { filesBelow } from './workspace.ts';

/** Names of a Kustomize entry file, in the order in which they are looked for. */
const ENTRY_FILES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

/** Path of the entry file of a folder; undefined where it has none. */
export function entryFile(tree: Tree, folder: string): string | undefined {
  return ENTRY_FILES.map((name) => posix.join(folder, name)).find((path) => tree.type(path) === 'file');
}

/** Everything that one build reads. `remote` are references to other repositories. */
export interface KustomizeInputs {
  readonly files: readonly string[];
  readonly remote: readonly string[];
}

/**
 * Follows a kustomization through the repository: every text in it that names a file or a folder counts as read, so
 * that no field can be forgotten. References that lead out of the repository are refused. Error codes:
 * `path-missing`, `file-invalid`, `not-supported`.
 */
export function kustomizeInputs(tree: Tree, folder: string, entry?: JsonObject): Result<KustomizeInputs, Problem> {
  const files = new Set<string>();
  const remote = new Set<string>();
  const visited = new Set<string>();
  const queue: { folder: string; entry: JsonObject | undefined }[] = [{ folder, entry }];
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (visited.has(next.folder)) continue;
    visited.add(next.folder);
    const file = entryFile(tree, next.folder);
    if (file === undefined) {
      return err(problem('path-missing', `there is no kustomization in ${next.folder || 'the repository root'}`));
    }
    files.add(file);
    const read = next.entry === undefined ? readKustomization(tree.read(file) ?? '', file) : ok(next.entry);
    if (!read.ok) return read;
    for (const { text, field } of textsOf(read.value)) {
      const found = resolve(tree, next.folder, text);
      if (found.type === 'directory' && entryFile(tree, found.path) !== undefined) {
        queue.push({ folder: found.path, entry: undefined });
      } else if (found.type === 'directory' && (field === 'helmGlobals' || field === 'helmCharts')) {
        for (const path of filesBelow(tree, found.path)) files.add(path);
      } else if (found.type === 'file') files.add(found.path);
      else if (isReference(field) && isRemote(text)) remote.add(text);
      else if (isReference(field) && (found.type === 'outside' || posix.isAbsolute(text))) {
        const message = `${field} names ${text}, which is outside the repository`;
        return err(problem('not-supported', message, { place: { file } }));
      }
    }
  }
  return ok({ files: [...files].sort(), remote: [...remote] });
}

/** The map of an entry file. Error code: `file-invalid`. */
export function readKustomization(text: string, file: string): Result<JsonObject, Problem> {
  const documents = readDocuments(text, file);
  if (!documents.ok) return err({ ...documents.error, code: 'file-invalid' });
  const [first] = documents.value;
  if (first && isObject(first.value)) return ok(first.value);
  return first ? err(problem('file-invalid', 'the kustomization is not a map', { place: { file } })) : ok({});
}

/** Fields whose texts are names of files or folders; a reference that cannot be followed matters only there. */
function isReference(field: string): boolean {
  return ['resources', 'bases', 'components', 'generators', 'transformers', 'validators', 'crds'].includes(field);
}

/** What kustomize takes for another repository or a URL (api/internal/git/repospec.go), as far as a text tells. */
function isRemote(text: string): boolean {
  return (
    /^(git::|[a-z+]+:\/\/|[\w.-]+@[\w.-]+:)/i.test(text) ||
    /^(www\.)?github\.com[/:]/.test(text) ||
    /[?&]ref=/.test(text)
  );
}

/** All texts of a kustomization with the top-level field that they are in; `key=path` entries give the path too. */
function* textsOf(kustomization: JsonObject): Generator<{ text: string; field: string }> {
  for (const [field, value] of Object.entries(kustomization)) {
    for (const text of stringsIn(value)) {
      yield { text, field };
      const equals = text.indexOf('=');
      if (equals > 0) yield { text: text.slice(equals + 1), field: '' };
    }
  }
}

function* stringsIn(value: JsonValue | undefined): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (isArray(value)) for (const item of value) yield* stringsIn(item);
  else if (isObject(value)) for (const item of Object.values(value)) yield* stringsIn(item);
}

function resolve(
  tree: Tree,
  folder: string,
  text: string,
): { readonly type: ReturnType<Tree['type']>; readonly path: string } {
  if (text === '' || text.length > 1024 || text.includes('\n') || text.includes('\0') || posix.isAbsolute(text)) {
    return { type: 'missing', path: '' };
  }
  const path = repositoryPath(folder, text);
  return path === undefined ? { type: 'outside', path: '' } : { type: tree.type(path), path };
}
