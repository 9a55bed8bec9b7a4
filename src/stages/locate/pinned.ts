import type { Location } from '../../domain/source.ts';
import type { Git } from '../../ports/git.ts';
import { sameRepositoryKey, sourcesOf } from './spec.ts';

/**
 * Why a commit in a repository would not reach an Application: it follows a tag or a commit there, which no edit moves.
 * Undefined where it follows a branch, or where that cannot be told.
 */
export async function pinnedReason(git: Git, location: Location, repoURL: string): Promise<string | undefined> {
  const revision = revisionIn(location, repoURL);
  if (revision === undefined || revision === '' || revision === 'HEAD') return undefined;
  const repository = await git.open(repoURL);
  if (!repository.ok) return undefined;
  const names = revision.startsWith('refs/') ? [revision] : BRANCHES.map((prefix) => `${prefix}${revision}`);
  for (const name of names.filter((one) => !one.startsWith('refs/tags/'))) {
    if ((await repository.value.resolve(name)).ok) return undefined;
  }
  const known = await repository.value.resolve(revision);
  return known.ok
    ? `the Application follows ${revision}, which is not a branch: a change in Git does not reach it until it follows another revision`
    : undefined;
}

const BRANCHES = ['refs/heads/', 'refs/remotes/origin/'];

function revisionIn(location: Location, repoURL: string): string | undefined {
  const key = sameRepositoryKey(repoURL);
  if (sameRepositoryKey(location.repoURL) === key) return location.targetRevision;
  const sources = sourcesOf(location.spec);
  const all = sources.ok ? sources.value : [];
  return all.find((source) => source.chart === undefined && sameRepositoryKey(source.repoURL) === key)?.targetRevision;
}
