import PQueue from 'p-queue';
import type { Incident } from '../domain/incident.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { ok } from '../domain/result.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { recordDecisions } from './audit-decisions.ts';
import type { FollowScene } from './follow.ts';
import { follow } from './follow.ts';
import type { ForgeMemory } from './forge-memory.ts';
import { remember } from './forge-memory.ts';
import { learnFrom } from './lessons.ts';
import type { Located } from './locate.ts';
import { locate } from './locate.ts';
import { observe } from './observe.ts';
import type { EnginePorts } from './ports.ts';
import type { Step } from './reconcile.ts';
import { reconcile } from './reconcile.ts';
import type { FollowReport, IncidentReport, PassReport } from './report.ts';
import type { Scene } from './scene.ts';

/** Repositories that are worked on at the same time; inside one, incidents are taken one by one. */
const REPOSITORIES_AT_ONCE = 3;

type Memories = ReadonlyMap<string, ForgeMemory | { readonly unreadable: string }>;

/** Less than a full pass. */
export interface PassOptions {
  /** `follow`: only looks after what was opened before; the report then holds no incidents. */
  readonly only?: 'follow';
}

/**
 * One full pass: observe, follow what was opened before, learn, and move every incident as far as it goes.
 * Level-triggered: it needs nothing from the pass before. Errors only where the cluster could not be read at all.
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
  await refreshRepositories(ports, snapshot);
  const memories = await readMemories(ports, snapshot);
  const followed = await followAll(ports, memories, { snapshot, incidents });
  const scene: Scene = {
    snapshot,
    sources: ports.sourcesOf(snapshot),
    proposers: ports.proposers(async () => ports.store.patterns()),
    memoryOf: (repoURL) => memories.get(repoURL) ?? 'none',
    ...(signal ? { signal } : {}),
  };
  const report: PassReport = {
    cluster: snapshot.cluster,
    scannedAt: snapshot.takenAt,
    blind,
    incidents: await reconcileAll(ports, only === 'follow' ? [] : incidents, scene),
    followed,
    unreadable: [...memories].flatMap(([repoURL, memory]) =>
      'unreadable' in memory ? [{ repoURL, reason: memory.unreadable }] : [],
    ),
  };
  recordDecisions(ports, report);
  return ok(report);
}

/** The repositories that Applications of the snapshot come from; charts of registries are none. */
function repositoriesOf(snapshot: Snapshot): ReadonlySet<string> {
  const sources = snapshot.objects.Application.flatMap(({ spec }) => [
    ...(spec.source ? [spec.source] : []),
    ...(spec.sources ?? []),
    ...(spec.sourceHydrator ? [spec.sourceHydrator.drySource] : []),
  ]);
  return new Set(sources.filter(({ chart }) => chart === undefined).map(({ repoURL }) => repoURL));
}

/** Fetches, so that every step of the pass sees the same heads. What cannot be fetched is told where it is needed. */
async function refreshRepositories({ git, log }: EnginePorts, snapshot: Snapshot): Promise<void> {
  const queue = new PQueue({ concurrency: REPOSITORIES_AT_ONCE });
  await queue.addAll(
    [...repositoriesOf(snapshot)].map((repoURL) => async () => {
      const repository = await git.open(repoURL);
      const refreshed = repository.ok ? await repository.value.refresh() : repository;
      if (!refreshed.ok) log.warn({ repoURL, code: refreshed.error.code }, 'the repository could not be fetched');
    }),
  );
}

/** The forges of all repositories. */
async function readMemories(ports: EnginePorts, snapshot: Snapshot): Promise<Memories> {
  const memories = new Map<string, ForgeMemory | { readonly unreadable: string }>();
  for (const repoURL of repositoriesOf(snapshot)) {
    const forge = ports.forgeOf(repoURL);
    if (!forge) continue;
    const memory = await remember(repoURL, forge);
    if (!memory.ok) ports.log.warn({ repoURL, ...memory.error }, 'the forge could not be read');
    memories.set(repoURL, memory.ok ? memory.value : { unreadable: memory.error.message });
  }
  return memories;
}

async function followAll(ports: EnginePorts, memories: Memories, scene: FollowScene): Promise<readonly FollowReport[]> {
  const reports: FollowReport[] = [];
  for (const memory of memories.values()) {
    if ('unreadable' in memory) continue;
    let wrote = false;
    for (const own of memory.ledger) {
      const report = await follow(ports, memory, own, scene);
      if (!report) continue;
      reports.push(report);
      wrote = true;
    }
    // Labels that following has set are what the steps after it go by.
    const again = wrote ? await remember(memory.repoURL, memory.forge) : undefined;
    if (again?.ok) memory.ledger = again.value.ledger;
    learnFrom(ports, memory.ledger);
  }
  return reports;
}

/** Incidents of one repository one after another, repositories side by side; the report keeps the incidents' order. */
async function reconcileAll(
  ports: EnginePorts,
  incidents: readonly Incident[],
  scene: Scene,
): Promise<readonly IncidentReport[]> {
  const lanes = new Map<string, (() => Promise<void>)[]>();
  const reports = new Map<Incident, IncidentReport>();
  for (const incident of incidents) {
    const found = await locate(incident, scene);
    const lane = found.ok ? found.value.location.repoURL : '';
    const work = async (): Promise<void> => {
      reports.set(incident, await step(ports, incident, scene, found));
    };
    lanes.set(lane, [...(lanes.get(lane) ?? []), work]);
  }
  const queue = new PQueue({ concurrency: REPOSITORIES_AT_ONCE });
  await queue.addAll(
    [...lanes.values()].map((lane) => async () => {
      for (const work of lane) if (scene.signal?.aborted !== true) await work();
    }),
  );
  return incidents.flatMap((incident) => reports.get(incident) ?? []);
}

async function step(
  ports: EnginePorts,
  incident: Incident,
  scene: Scene,
  found: Result<Located, Problem>,
): Promise<IncidentReport> {
  const started = performance.now();
  const { fingerprint, cause } = incident;
  const object = formatRef(incident.object);
  ports.progress?.({ step: 'investigating', fingerprint, object, cause });
  const done: Step = found.ok
    ? await reconcile(ports, incident, scene, found.value)
    : { answers: [], decision: { outcome: 'not-located', reason: found.error.message } };
  ports.progress?.({ step: 'decided', fingerprint, object, ...done.decision });
  const location = found.ok ? ok(found.value.location) : found;
  const declared = found.ok ? { declared: found.value.declared, siblings: found.value.siblings } : {};
  return { incident, location, ...declared, ...done, milliseconds: Math.round(performance.now() - started) };
}
