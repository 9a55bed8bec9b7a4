import type { ApplicationSource } from '../../domain/kubernetes/application.ts';
import type { Location } from '../../domain/source.ts';
import type { Git } from '../../ports/git.ts';
import { followedBranch } from './pinned.ts';
import { revisionOf, sourcesOf } from './spec.ts';

/**
 * The source whose commits tell how an object came to be, where that is another than the one that declares it: a chart of a
 * registry, or one at a tag, does not move, while the value files of another source do. Undefined where it is its own.
 */
export async function historySource(git: Git, location: Location): Promise<Location['history']> {
  const sources = sourcesOf(location.spec);
  if (!sources.ok || sources.value.length < 2) return undefined;
  const moves = async (source: ApplicationSource): Promise<boolean> => {
    if (source.chart !== undefined) return false;
    const branch = await followedBranch(git, location, source.repoURL);
    return branch?.name === revisionOf(source);
  };
  if (await moves(location.source)) return undefined;
  for (const [sourceIndex, source] of sources.value.entries()) {
    if (sourceIndex === location.sourceIndex || !(await moves(source))) continue;
    return { sourceIndex, repoURL: source.repoURL, targetRevision: revisionOf(source) };
  }
  return undefined;
}
