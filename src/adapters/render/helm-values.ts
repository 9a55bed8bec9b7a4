import { posix } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { RenderRequest } from '../../ports/renderer.ts';
import { substitute } from './environment.ts';
import { compilePathGlob, isGlob } from '../../domain/glob.ts';
import type { Tree } from './tree.ts';
import { repositoryPath } from './tree.ts';
import { filesBelow } from './workspace.ts';

/** A file that Helm is given, in the tree that holds it. */
export interface ValueFile {
  readonly tree: Tree;
  readonly path: string;
}

/** Trees that value files may come from: the source's own, and those of `ref` sources. */
export interface ValueTrees {
  readonly own: Tree;
  readonly refs: ReadonlyMap<string, Tree>;
}

/**
 * The source's value files in order, as Argo CD resolves them (repository.go getResolvedValueFiles): `$ref/path` from
 * the root of another source, `/path` from the repository's root, the rest from the chart's folder; globs sorted;
 * missing files left out only with `ignoreMissingValueFiles`. Error codes: `path-missing`, `not-supported`.
 */
export function valueFilesOf(
  request: RenderRequest,
  trees: ValueTrees,
  environment: ReadonlyMap<string, string>,
): Result<readonly ValueFile[], Problem> {
  const { valueFiles = [], ignoreMissingValueFiles = false } = request.source.helm ?? {};
  const out: ValueFile[] = [];
  for (const written of valueFiles) {
    const found = locateFile(request, trees, environment, written);
    if (!found.ok) return found;
    const { tree, path } = found.value;
    const paths = isGlob(path) && tree.type(path) === 'missing' ? matching(tree, path) : [path];
    const present = paths.filter((file) => tree.type(file) === 'file');
    if (present.length === 0 && !ignoreMissingValueFiles) {
      return err(problem('path-missing', `the value file ${written} does not exist (looked for ${path})`));
    }
    out.push(...present.map((file) => ({ tree, path: file })));
  }
  return ok(out);
}

/** Where a value file or a file parameter is. Error codes: `path-missing`, `not-supported`. */
export function locateFile(
  request: RenderRequest,
  { own, refs }: ValueTrees,
  environment: ReadonlyMap<string, string>,
  written: string,
): Result<ValueFile, Problem> {
  const [first = '', ...rest] = written.split('/');
  const tree = first.startsWith('$') ? refs.get(first.slice(1)) : undefined;
  const text = substitute(tree ? `/${rest.join('/')}` : written, environment);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text);
  if (scheme) {
    const what = /secrets/.test(scheme[1] ?? '') ? 'a helm-secrets value file' : 'a value file from a URL';
    return err(problem('not-supported', `${what} is not read: ${written}`));
  }
  const path = text.startsWith('/') || tree ? repositoryPath(text) : repositoryPath(request.path, text);
  if (path === undefined) return err(problem('not-supported', `the value file ${written} is outside the repository`));
  return ok({ tree: tree ?? own, path });
}

function matching(tree: Tree, pattern: string): readonly string[] {
  const matches = compilePathGlob(pattern);
  const folder = posix.dirname(pattern.slice(0, pattern.search(/[*?[{]/)) + 'x');
  return matches ? filesBelow(tree, folder === '.' ? '' : folder).filter(matches) : [];
}
