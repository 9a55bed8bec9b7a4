import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { ForgeError, ForgeResult, ForgeWriter } from '../../ports/forge.ts';

type CommitRequest = Parameters<ForgeWriter['commit']>[0];

/**
 * What was read of a branch, or that it is not there. 404 is also what a repository answers that the credential may not
 * see: only the repository itself can tell.
 */
export async function orAbsent<T>(
  read: Awaited<ForgeResult<T>>,
  readRepository: () => ForgeResult<unknown>,
): ForgeResult<T | undefined> {
  if (read.ok || read.error.code !== 'not-found') return read;
  const repository = await readRepository();
  return repository.ok ? ok(undefined) : repository;
}

/** Whether the branch, which is at `head`, is as a commit expects it: absent, or exactly where the caller saw it. */
export function guardBranch(
  head: string | undefined,
  { branch, expectedHead }: CommitRequest,
): Result<void, ForgeError> {
  if (head === expectedHead) return ok(undefined);
  return err(expectedHead === undefined ? branchExists(branch) : branchMoved(branch, expectedHead, head));
}

/** Error `exists`: the branch is there and was not expected. */
export function branchExists(branch: string): ForgeError {
  return { code: 'exists', message: `branch ${branch} exists already` };
}

/** Error `conflict`: the branch is not where the caller saw it. `head` is undefined where it is gone. */
export function branchMoved(branch: string, expected: string, head: string | undefined): ForgeError {
  const where = head === undefined ? 'is gone' : `is at ${head.slice(0, 7)}`;
  return { code: 'conflict', message: `branch ${branch} ${where}, not at ${expected.slice(0, 7)} any more` };
}

/** The same files at the parent make no commit. */
export const NOTHING_TO_COMMIT: ForgeError = {
  code: 'invalid',
  message: 'nothing to commit: the files are the same at the parent',
};
