import PQueue from 'p-queue';
import type { Incident } from '../domain/incident.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { err, ok } from '../domain/result.ts';
import { sameRepositoryKey } from '../stages/locate/spec.ts';
import { recordIncident } from './audit-decisions.ts';
import { repositoriesFor } from './forge-memory.ts';
import type { Located } from './locate.ts';
import { locate } from './locate.ts';
import type { EnginePorts } from './ports.ts';
import { reconcile } from './reconcile.ts';
import type { IncidentReport } from './report.ts';
import type { Scene } from './scene.ts';
import type { Step } from './step.ts';
import { tellError } from './tell-error.ts';

/** Repositories that are worked on at the same time; inside one, incidents are taken one by one. */
export const REPOSITORIES_AT_ONCE = 3;

/**
 * Incidents of one repository one after another, repositories side by side; the report keeps the incidents' order. After
 * `signal` the steps in hand are finished and the rest is left for the next pass.
 */
export async function reconcileAll(
  ports: EnginePorts,
  incidents: readonly Incident[],
  scene: Scene,
  signal: AbortSignal | undefined,
): Promise<readonly IncidentReport[]> {
  const reports = new Map<Incident, IncidentReport>();
  let lanes: Lane[] = [];
  for (const incident of incidents) {
    const found = await locateSafely(incident, scene);
    const work = async (): Promise<void> => {
      const report = await step(ports, incident, scene, found);
      recordIncident(ports, report);
      reports.set(incident, report);
    };
    lanes = withWork(
      lanes,
      new Set(found.ok ? repositoriesFor(found.value.location).map(sameRepositoryKey) : []),
      work,
    );
  }
  const queue = new PQueue({ concurrency: REPOSITORIES_AT_ONCE });
  await queue.addAll(
    lanes.map((lane) => async () => {
      for (const work of lane.work) if (signal?.aborted !== true) await work();
    }),
  );
  return incidents.flatMap((incident) => reports.get(incident) ?? []);
}

/** Work on repositories that hang together: it is done in order. */
interface Lane {
  readonly repositories: ReadonlySet<string>;
  readonly work: readonly (() => Promise<void>)[];
}

/** Adds work; lanes that share a repository with it become one. */
function withWork(lanes: readonly Lane[], repositories: ReadonlySet<string>, work: () => Promise<void>): Lane[] {
  const touched = lanes.filter((lane) => [...repositories].some((key) => lane.repositories.has(key)));
  const merged = {
    repositories: new Set([...touched.flatMap((lane) => [...lane.repositories]), ...repositories]),
    work: [...touched.flatMap((lane) => lane.work), work],
  };
  return [...lanes.filter((lane) => !touched.includes(lane)), merged];
}

/** One broken incident must not keep the others from their turn. */
async function locateSafely(incident: Incident, scene: Scene): Promise<Result<Located, Problem>> {
  try {
    return await locate(incident, scene);
  } catch (error) {
    return err(problem('failed', `locating it broke off: ${tellError(error)}`));
  }
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
  const done = found.ok ? await reconcileSafely(ports, incident, scene, found.value) : notLocated(found.error);
  ports.progress?.({ step: 'decided', fingerprint, object, ...done.decision });
  const location = found.ok ? ok(found.value.location) : found;
  const declared = found.ok ? { declared: found.value.declared, siblings: found.value.siblings } : {};
  return { incident, location, ...declared, ...done, milliseconds: Math.round(performance.now() - started) };
}

function notLocated({ code, message }: Problem): Step {
  return { answers: [], decision: { outcome: code === 'failed' ? 'failed' : 'not-located', reason: message } };
}

async function reconcileSafely(ports: EnginePorts, incident: Incident, scene: Scene, located: Located): Promise<Step> {
  try {
    return await reconcile(ports, incident, scene, located);
  } catch (error) {
    ports.log.error({ fingerprint: incident.fingerprint, reason: tellError(error) }, 'an incident broke off');
    return { answers: [], decision: { outcome: 'failed', reason: `it broke off: ${tellError(error)}` } };
  }
}
