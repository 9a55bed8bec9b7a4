import { compilePathGlob, compilePathMatch, compilePathspec } from '../../domain/glob.ts';

/** An entry of a git generator's `directories` or `files`. */
export interface PathPattern {
  readonly path: string;
  readonly exclude: boolean;
}

/**
 * The folders that a git generator takes (applicationset/generators/git.go, filterApps); hidden ones are passed over, as the
 * repo server does unless it is told otherwise (reposerver/repository, GetGitDirectories).
 */
export function selectFolders(folders: readonly string[], patterns: readonly PathPattern[]): readonly string[] {
  const visible = folders.filter((folder) => !folder.split('/').some((part) => part.startsWith('.')));
  return select(visible, patterns, compilePathMatch);
}

/**
 * The files that a git generator takes (util/git/client.go, LsFiles): by a pathspec, or by double stars where the
 * controller is told so. Nothing in Git says which, so what either takes is given.
 */
export function selectFiles(files: readonly string[], patterns: readonly PathPattern[]): readonly string[] {
  const found = new Set([compilePathspec, compilePathGlob].flatMap((compile) => select(files, patterns, compile)));
  return files.filter((file) => found.has(file));
}

function select(
  paths: readonly string[],
  patterns: readonly PathPattern[],
  compile: typeof compilePathMatch,
): readonly string[] {
  const matchers = patterns.map(({ path, exclude }) => ({ exclude, matches: compile(path) }));
  return paths.filter((path) => {
    const hits = matchers.filter(({ matches }) => matches?.(path) === true);
    return hits.length > 0 && !hits.some(({ exclude }) => exclude);
  });
}
