import PQueue from 'p-queue';
import type { ApplicationSource } from '../../domain/kubernetes/application.ts';
import type { Problem } from '../../domain/problem.ts';
import { formatProblem } from '../../domain/problem.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { Git } from '../../ports/git.ts';
import type { DoctorLine } from './line.ts';
import { linesOf } from './line.ts';

const line = linesOf('repository');
const AT_ONCE = 3;
const LIMIT = 50;

/** Sources of all Applications. */
export function sourcesOf({ objects }: Snapshot): readonly ApplicationSource[] {
  return objects.Application.flatMap(({ spec }) => [
    ...(spec.source ? [spec.source] : []),
    ...(spec.sources ?? []),
    ...(spec.sourceHydrator ? [spec.sourceHydrator.drySource] : []),
  ]);
}

/** Git repositories that Applications deploy, each once; chart registries are none. At most 50. */
export function repositoriesOf(snapshot: Snapshot): readonly string[] {
  const urls = sourcesOf(snapshot).flatMap(({ repoURL, chart }) => (chart === undefined ? [repoURL] : []));
  return [...new Set(urls)].slice(0, LIMIT);
}

/** Whether each can be fetched, and has the revisions that Applications ask for. */
export async function examineRepositories(git: Git, snapshot: Snapshot): Promise<readonly DoctorLine[]> {
  const queue = new PQueue({ concurrency: AT_ONCE });
  const lines = await queue.addAll(repositoriesOf(snapshot).map((url) => () => examineOne(git, snapshot, url)));
  return lines;
}

async function examineOne(git: Git, snapshot: Snapshot, url: string): Promise<DoctorLine> {
  const opened = await git.open(url);
  const refreshed = opened.ok ? await opened.value.refresh() : opened;
  if (!opened.ok || !refreshed.ok) {
    const failure = !opened.ok ? opened.error : !refreshed.ok ? refreshed.error : undefined;
    if (failure === undefined) return line.problem('cannot be fetched', CREDENTIAL, url);
    const remedy = failure.hint ?? REMEDIES[failure.code] ?? CREDENTIAL;
    return line.problem(detailOf(failure, url), remedy, url);
  }
  const wanted = new Set(
    sourcesOf(snapshot).flatMap((source) => (source.repoURL === url ? [source.targetRevision ?? 'HEAD'] : [])),
  );
  for (const revision of wanted) {
    const found = await opened.value.resolve(revision);
    if (!found.ok)
      return line.problem(detailOf(found.error, url), 'an Application asks for it: Argo CD cannot sync it either', url);
  }
  return line.ok(`fetched; ${[...wanted].join(', ')}`, url);
}

const CREDENTIAL = 'give a credential for this host (docs/configuration.md, Secrets), or a clone with --repo';
const REMEDIES: Readonly<Record<string, string>> = {
  'repository-unreachable':
    'check the way from here to this host: DNS, proxy (HTTPS_PROXY), firewall, NetworkPolicy; or name a clone with --repo',
  'disk-full': 'make room where the clones lie (state.directory, or the cache folder of the user)',
};

/** In one line, and without the address that the line begins with. */
function detailOf(failure: Problem, url: string): string {
  const [first = ''] = formatProblem(failure).split('\n');
  return first.startsWith(`${url}: `) ? first.slice(url.length + 2) : first;
}
