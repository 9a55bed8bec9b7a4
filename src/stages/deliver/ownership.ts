import { ok } from '../../domain/result.ts';
import type { ForgeCommit, ForgeReader, ForgeResult, PullRequest, RepositoryInfo } from '../../ports/forge.ts';

/** Trailer of every commit that Remendo makes: tells its own branches from others of the same name. */
export function commitMessage(title: string, fingerprint: string): string {
  return `${title}\n\nRemendo-Fingerprint: ${fingerprint}\n`;
}

/** Whether Remendo made a commit for this incident: it says so, and the forge says that Remendo wrote and committed it. */
export function isOwnCommit(commit: ForgeCommit, fingerprint: string, { ownEmails }: RepositoryInfo): boolean {
  const own = new Set(ownEmails.map((email) => email.toLowerCase()));
  return (
    commit.message.includes(`Remendo-Fingerprint: ${fingerprint}`) &&
    own.has(commit.authorEmail.toLowerCase()) &&
    own.has(commit.committerEmail.toLowerCase())
  );
}

/** Who committed on a pull request. */
export interface Commits {
  /** The first commit that somebody else made; every one counts, not only the last. */
  readonly foreign: ForgeCommit | undefined;
  /** True where the base was rewritten: the pull request then shows commits that the base used to have. */
  readonly baseRewritten: boolean;
}

/** Looks at the commits of a pull request; `baseRevision` is the commit that Remendo's own stands on. */
export async function commitsOn(
  reader: ForgeReader,
  pull: PullRequest,
  { fingerprint, baseRevision }: { readonly fingerprint: string; readonly baseRevision: string | undefined },
  repository: RepositoryInfo,
): ForgeResult<Commits> {
  const commits = await reader.commits(pull.number);
  if (!commits.ok) return commits;
  const base = commits.value.findIndex(({ sha }) => sha === baseRevision);
  const foreign = commits.value.slice(base + 1).find((commit) => !isOwnCommit(commit, fingerprint, repository));
  return ok({ foreign, baseRewritten: base >= 0 });
}
