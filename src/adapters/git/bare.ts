import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import { withLock } from './lock.ts';
import type { RunGit } from './run-git.ts';

/**
 * Overrides every `.gitattributes` of the repository: files are written byte for byte as they are committed (an edit is made
 * on those bytes), no filter runs (LFS, git-crypt), nothing is left out.
 */
const ATTRIBUTES = '* -text -eol -ident -filter -working-tree-encoding -export-ignore -export-subst\n';

/** Makes an empty bare repository, whole or not at all. */
export async function initBare(run: RunGit, gitDirectory: string, subject: string): Promise<Result<void, Problem>> {
  const unfinished = `${gitDirectory}.tmp-${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const made = await run({ args: ['init', '--quiet', '--bare', unfinished], subject });
  if (!made.ok) return made;
  await mkdir(join(unfinished, 'info'), { recursive: true });
  await writeFile(join(unfinished, 'info', 'attributes'), ATTRIBUTES);
  await rm(gitDirectory, { recursive: true, force: true });
  await rename(unfinished, gitDirectory);
  return ok(undefined);
}

/** Runs tasks one after the other, here and in other processes that share the folder: git locks its index and its refs. */
export function createQueue(directory: string): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  const locked = <T>(task: () => Promise<T>): Promise<T> => withLock(join(directory, 'lock'), task);
  return (task) => {
    const next = last.then(
      () => locked(task),
      () => locked(task),
    );
    last = next.catch(() => undefined);
    return next;
  };
}

/** Arguments that write the files of a commit into a folder, through an index that starts empty. */
export async function writeTree(
  git: (args: readonly string[]) => Promise<Result<string, Problem>>,
  gitDirectory: string,
  sha: string,
  directory: string,
): Promise<Result<unknown, Problem>> {
  await rm(join(gitDirectory, 'index'), { force: true });
  return git([`--work-tree=${directory}`, 'read-tree', '--reset', '-u', sha]);
}
