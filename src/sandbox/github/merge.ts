import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BareRepository } from './bare-repository.ts';
import type { Signature } from './commit-object.ts';
import { git, runGit } from './git.ts';

/** The ways in which GitHub merges. */
export type MergeMethod = 'merge' | 'squash' | 'rebase';

/** The tree of a three-way merge of two commits; undefined where they conflict. */
export async function mergeTree(repository: BareRepository, base: string, head: string): Promise<string | undefined> {
  const run = await runGit(repository.directory, ['merge-tree', '--write-tree', base, head]);
  return run.code === 0 ? run.stdout.toString().split('\n')[0] : undefined;
}

/** What is merged into what, and by whom. */
export interface MergeRequest {
  readonly method: MergeMethod;
  readonly base: string;
  readonly head: string;
  readonly message: string;
  /** Author of a squashed commit or a merge commit: who pressed the button. */
  readonly author: Signature;
  readonly committer: Signature;
}

/** Makes the commit or commits that a merge adds to the base branch; undefined where there is a conflict. */
export async function makeMerge(repository: BareRepository, request: MergeRequest): Promise<string | undefined> {
  if (request.method === 'rebase') return rebase(repository, request);
  const tree = await mergeTree(repository, request.base, request.head);
  if (tree === undefined) return undefined;
  const { base, head, author, committer, message } = request;
  const parents = request.method === 'merge' ? [base, head] : [base];
  return repository.writeCommit({ tree, parents, author, committer, message });
}

/** Replays the commits in a worktree that is thrown away; authors stay, the committer is GitHub's. */
async function rebase(repository: BareRepository, request: MergeRequest): Promise<string | undefined> {
  const worktree = join(tmpdir(), `remendo-rebase-${randomUUID()}`);
  await git(repository.directory, ['worktree', 'add', '--quiet', '--detach', worktree, request.head]);
  const { name, email, date } = request.committer;
  const env = { GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: date.toISOString() };
  try {
    const run = await runGit(worktree, ['rebase', '--quiet', '--force-rebase', request.base], { env });
    return run.code === 0 ? (await git(worktree, ['rev-parse', 'HEAD'])).trim() : undefined;
  } finally {
    await rm(worktree, { recursive: true, force: true });
    await git(repository.directory, ['worktree', 'prune']);
  }
}
