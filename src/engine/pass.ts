import PQueue from 'p-queue';
import type { Problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { ok } from '../domain/result.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { PullRequest } from '../ports/forge.ts';
import { readLedger } from '../stages/deliver/ledger.ts';
import { sameRepositoryKey } from '../stages/locate/spec.ts';
import { recordFollowed } from './audit-decisions.ts';
import { followRevert } from './follow-revert.ts';
import type { FollowScene } from './follow-scene.ts';
import { follow } from './follow.ts';
import { learnFrom } from './lessons.ts';
import { withLogs } from './log-evidence.ts';
import type { Memories } from './memories.ts';
import { readMemories } from './memories.ts';
import { observe } from './observe.ts';
import type { EnginePorts } from './ports.ts';
import { REPOSITORIES_AT_ONCE, reconcileAll } from './reconcile-all.ts';
import type { FollowReport, PassReport } from './report.ts';
import type { Scene } from './scene.ts';
import { tellError } from './tell-error.ts';

/** Less than a full pass. */
export interface PassOptions {
  /** `follow`: only looks after what was opened before; the report then holds no incidents. */
  readonly only?: 'follow';
}

/**
 * One full pass: observe, follow what was opened before, learn, and move every incident as far as it goes.
 * Level-triggered: it needs nothing from the pass before. After `signal` the step in hand is finished and no other begun.
 * Errors only where the cluster could not be read at all.
 */
export async function pass(
  ports: EnginePorts,
  signal?: AbortSignal,
  { only }: PassOptions = {},
): Promise<Result<PassReport, Problem>> {
  const observed = await observe(ports, signal);
  if (!observed.ok) return observed;
  const { snapshot, incidents, blind } = observed.value;
  ports.progress?.({ step: 'observed', pods: snapshot.objects.Pod.length, incidents: incidents.length });
  const repositories = repositoriesOf(snapshot);
  await refreshRepositories(ports, repositories);
  const memories = await readMemories(ports, repositories);
  const sources = ports.sourcesOf(snapshot);
  const followed = await followAll(ports, memories, { snapshot, incidents, sources }, signal);
  const scene: Scene = {
    snapshot,
    sources,
    proposers: ports.proposers(async () => ports.store.patterns()),
    memoryOf: (repoURL) => memories.get(sameRepositoryKey(repoURL)) ?? 'none',
    edits: new Map(),
  };
  const wanted = only === 'follow' ? [] : await withLogs(ports, incidents, signal);
  return ok({
    cluster: snapshot.cluster,
    scannedAt: snapshot.takenAt,
    blind,
    incidents: await reconcileAll(ports, wanted, scene, signal),
    followed,
    unreadable: [...repositories].flatMap(([key, repoURL]) => {
      const memory = memories.get(key);
      return memory && 'unreadable' in memory ? [{ repoURL, reason: memory.unreadable }] : [];
    }),
  });
}

/** The repositories that Applications of the snapshot come from, by key; charts of registries are none. */
function repositoriesOf(snapshot: Snapshot): ReadonlyMap<string, string> {
  const sources = snapshot.objects.Application.flatMap(({ spec }) => [
    ...(spec.source ? [spec.source] : []),
    ...(spec.sources ?? []),
    ...(spec.sourceHydrator ? [spec.sourceHydrator.drySource] : []),
  ]);
  const git = sources.filter(({ chart }) => chart === undefined);
  return new Map(git.map(({ repoURL }) => [sameRepositoryKey(repoURL), repoURL]));
}

/** Fetches, so that every step of the pass sees the same heads. What cannot be fetched is told where it is needed. */
async function refreshRepositories(
  { git, log }: EnginePorts,
  repositories: ReadonlyMap<string, string>,
): Promise<void> {
  const queue = new PQueue({ concurrency: REPOSITORIES_AT_ONCE });
  await queue.addAll(
    [...repositories.values()].map((repoURL) => async () => {
      const repository = await git.open(repoURL);
      const refreshed = repository.ok ? await repository.value.refresh() : repository;
      if (!refreshed.ok)
        log.warn(
          { repoURL, code: refreshed.error.code, reason: refreshed.error.message },
          'the repository could not be fetched',
        );
    }),
  );
}

async function followAll(
  ports: EnginePorts,
  memories: Memories,
  scene: FollowScene,
  signal: AbortSignal | undefined,
): Promise<readonly FollowReport[]> {
  const reports: FollowReport[] = [];
  for (const memory of memories.values()) {
    if ('unreadable' in memory) continue;
    const before = reports.length;
    const steps = [
      ...memory.reverts.map((revert) => [revert.pull, () => followRevert(ports, memory, revert, scene)] as const),
      ...memory.ledger.map((own) => [own.pull, () => follow(ports, memory, own, scene)] as const),
    ];
    for (const [pull, step] of steps) {
      if (signal?.aborted === true) return reports;
      const report = await followOne(ports, pull, step);
      if (report) reports.push(report);
    }
    // Labels that following has set are what the steps after it go by.
    const again = reports.length > before ? await readLedger(memory.forge.reader, memory.repository.login) : undefined;
    if (again?.ok) [memory.ledger, memory.reverts] = [again.value.fixes, again.value.reverts];
    learnFrom(ports, memory.ledger);
  }
  return reports;
}

async function followOne(
  ports: EnginePorts,
  pull: PullRequest,
  step: () => Promise<FollowReport | undefined>,
): Promise<FollowReport | undefined> {
  try {
    const report = await step();
    if (report) recordFollowed(ports, report);
    return report;
  } catch (error) {
    ports.log.error({ pullRequest: pull.url, reason: tellError(error) }, 'following a pull request broke off');
    return undefined;
  }
}
