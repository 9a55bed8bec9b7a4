import { sameRepositoryKey } from '../../domain/repository-key.ts';
import type { ApplicationSpec } from '../../domain/kubernetes/application.ts';
import type { Location } from '../../domain/source.ts';
import type { Git, GitRepository } from '../../ports/git.ts';
import { revisionOf, sourcesOf } from './spec.ts';

/**
 * Why a commit in a repository would not reach an Application: it follows tags or commits there, which no edit moves.
 * Undefined where it follows a branch, or where that cannot be told.
 */
export async function pinnedReason(git: Git, location: Location, repoURL: string): Promise<string | undefined> {
  const [revision] = revisionsIn(location.spec, repoURL);
  if (revision === undefined || (await followedBranch(git, location, repoURL))) return undefined;
  const repository = await git.open(repoURL);
  const known = repository.ok ? await repository.value.resolve(revision) : repository;
  return known.ok
    ? `the Application follows ${revision}, which is not a branch: a change in Git does not reach it until it follows another revision`
    : undefined;
}

/** Of what an Application follows, that which a change does not reach: what stands beside a branch of the same repository. */
export async function pinnedBeside(git: Git, { spec }: Pick<Location, 'spec'>): Promise<string | undefined> {
  const sources = sourcesOf(spec);
  for (const { repoURL, chart } of sources.ok ? sources.value : []) {
    const revisions = chart === undefined ? revisionsIn(spec, repoURL) : [];
    const branch = revisions.length > 1 ? await followedBranch(git, { spec }, repoURL) : undefined;
    const [beside] = revisions.filter((revision) => revision !== branch?.name);
    if (branch && beside !== undefined) {
      return `a part of it is read at ${beside}, which a change of ${branch.name} does not reach`;
    }
  }
  return undefined;
}

/** The branch of a repository that an Application follows, with its head; of several the first. */
export async function followedBranch(
  git: Git,
  { spec }: Pick<Location, 'spec'>,
  repoURL: string,
): Promise<{ readonly name: string; readonly head: string } | undefined> {
  const repository = await git.open(repoURL);
  if (!repository.ok) return undefined;
  for (const name of revisionsIn(spec, repoURL)) {
    const head = await branchHead(repository.value, name);
    if (head !== undefined) return { name, head };
  }
  return undefined;
}

/** The commit of a branch; undefined where the name is a tag, a commit or nothing. */
async function branchHead(repository: GitRepository, revision: string): Promise<string | undefined> {
  const names = revision.startsWith('refs/') ? [revision] : BRANCHES.map((prefix) => `${prefix}${revision}`);
  for (const name of revision === 'HEAD' ? ['HEAD'] : names.filter((one) => !one.startsWith('refs/tags/'))) {
    const head = await repository.resolve(name);
    if (head.ok) return head.value;
  }
  return undefined;
}

const BRANCHES = ['refs/heads/', 'refs/remotes/origin/'];

/** What an Application follows in a repository: branches, tags, commits; in the order of its sources. */
export function revisionsIn(spec: ApplicationSpec, repoURL: string): readonly string[] {
  const key = sameRepositoryKey(repoURL);
  const sources = sourcesOf(spec);
  const there = (sources.ok ? sources.value : []).filter(
    (source) => source.chart === undefined && sameRepositoryKey(source.repoURL) === key,
  );
  return [...new Set(there.map(revisionOf))];
}
