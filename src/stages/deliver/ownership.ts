import type { ForgeReader, ForgeResult, PullRequest } from '../../ports/forge.ts';
import type { ForgeCommit, RepositoryInfo } from '../../ports/forge.ts';
import { ok } from '../../domain/result.ts';

/** Trailer of every commit that Remendo makes: tells its own branches from others of the same name. */
export function commitMessage(title: string, fingerprint: string): string {
  return `${title}\n\nRemendo-Fingerprint: ${fingerprint}\n`;
}

export function isOwnCommit(commit: ForgeCommit, fingerprint: string, { ownEmails }: RepositoryInfo): boolean {
  const own = new Set(ownEmails.map((email) => email.toLowerCase()));
  return (
    commit.message.includes(`Remendo-Fingerprint: ${fingerprint}`) &&
    own.has(commit.authorEmail.toLowerCase()) &&
    own.has(commit.committerEmail.toLowerCase())
  );
}

/** The first commit on a pull request that somebody else made; every commit counts, not only the last. */
export async function foreignCommit(
  reader: ForgeReader,
  pull: PullRequest,
  fingerprint: string,
  repository: RepositoryInfo,
): ForgeResult<ForgeCommit | undefined> {
  const commits = await reader.commits(pull.number);
  return commits.ok ? ok(commits.value.find((commit) => !isOwnCommit(commit, fingerprint, repository))) : commits;
}
