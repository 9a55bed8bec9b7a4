import { ALL_KINDS, KINDS } from '../../domain/kubernetes/kinds.ts';
import type { Kind, ObjectOf } from '../../domain/kubernetes/kinds.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { Blind, Snapshot } from '../../domain/snapshot.ts';
import { noObjects } from '../../domain/snapshot.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClusterReader } from '../../ports/cluster.ts';
import type { Log } from '../../ports/log.ts';
import type { Connection } from './connect.ts';
import type { Followed } from './follow.ts';
import { follow } from './follow.ts';
import { createKindCache } from './kind-cache.ts';
import { listKind } from './list.ts';
import { readPodLog } from './pod-log.ts';
import { keepYoungGenerationSmall } from './young-generation.ts';

/** What of a cluster is read, and under which name. */
export interface ClusterReaderOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Name of the cluster in fingerprints; else the connection's. */
  readonly cluster?: string;
  /** Where a right to list is held, when it is not held for the whole cluster. Argo CD's own kinds are not bound by it. */
  readonly namespaces?: readonly string[];
  /** Namespaces of Applications and AppProjects, where they may not be listed in the whole cluster. */
  readonly applicationNamespaces?: readonly string[];
  /** Objects in these namespaces are left out; Argo CD's own kinds are kept. */
  readonly ignoreNamespaces?: readonly string[];
}

/** Lists that run at the same time. */
const CONCURRENT = 6;
/** Milliseconds that `snapshot` waits for the first lists of a watch. */
const SYNC = 180_000;
/** After this silence a followed kind counts as not readable: its objects may be long gone. */
const STALE = 300_000;
/** Changes within this time are reported as one. */
const COALESCE = 1000;
const REACHABLE = 10_000;

/**
 * Reads a live cluster. Without `watch` each snapshot lists everything once; while `watch` runs, snapshots come from its
 * caches. Kinds that are forbidden, not served, or silent for five minutes are blind.
 * Error codes: `cluster-unreachable`, `cluster-unauthorized` where nothing could be read.
 */
export function createClusterReader(connection: Connection, options: ClusterReaderOptions): ClusterReader {
  const { clock, log } = options;
  keepYoungGenerationSmall();
  const stop = new AbortController();
  const told = new Set<Kind>();
  let skewTold = false;
  let following: { readonly all: readonly Followed[]; readonly synced: Promise<void> } | undefined;

  async function listAll(signal: AbortSignal | undefined): Promise<Result<Snapshot, Problem>> {
    const probe = await connection.request({ method: 'GET', path: '/version', timeout: REACHABLE, signal });
    if (!probe.ok) return probe;
    probe.value.body.resume();
    const all = targets(options);
    const queue = [...all];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await listOne(next, signal);
    };
    await Promise.all(Array.from({ length: CONCURRENT }, worker));
    if (signal?.aborted === true) return err(problem('cluster-unreachable', 'reading the cluster was stopped'));
    return assemble(all);
  }

  async function listOne(target: Followed, signal: AbortSignal | undefined): Promise<void> {
    const { cache, namespace } = target;
    const begin = (): void => cache.beginList();
    const listed = await listKind(connection, KINDS[cache.kind], {
      clock,
      namespace,
      signal,
      begin,
      item: (raw) => cache.addListed(raw),
    });
    if (listed.ok) cache.commitList();
    else target.problem = listed.error;
    target.contact = clock.now().getTime();
  }

  function assemble(all: readonly Followed[]): Result<Snapshot, Problem> {
    const now = clock.now();
    const objects = noObjects();
    const blind = new Map<Kind, Blind>();
    const problems: Problem[] = [];
    for (const target of all) {
      const { kind } = target.cache;
      const found = target.problem ?? stale(target, now.getTime());
      if (found === undefined) {
        for (const object of target.cache.objects()) add(objects, kind, object);
        continue;
      }
      problems.push(found);
      const where = target.namespace === undefined ? '' : ` in namespace ${target.namespace}`;
      const argo = found.code === 'not-served' && isArgo(kind) ? '; is Argo CD installed in this cluster?' : '';
      if (!blind.has(kind)) blind.set(kind, { kind, reason: `${found.message}${argo}${where}` });
    }
    if (problems.length === all.length) return err(nothing(problems));
    // Half of a kind is worse than none: what is missing from it would look as if it did not exist.
    for (const kind of blind.keys()) objects[kind].length = 0;
    tellBlind(blind);
    return ok({
      cluster: options.cluster ?? connection.cluster,
      takenAt: serverTime(now).toISOString(),
      objects,
      blind: [...blind.values()],
    });
  }

  /** Times in objects are the cluster's: their ages are told by its clock, where the one here is another. */
  function serverTime(now: Date): Date {
    const skew = connection.skew();
    const seconds = Math.round(skew / 1000);
    if (skew !== 0 && !skewTold) log.warn({ seconds }, "the API server's clock is another: ages go by it");
    skewTold = skew !== 0;
    return new Date(now.getTime() + skew);
  }

  /** A daemon says once what it cannot read, and once that it can again; other commands print it. */
  function tellBlind(blind: ReadonlyMap<Kind, Blind>): void {
    if (following === undefined) return;
    for (const { kind, reason } of blind.values()) {
      if (!told.has(kind)) log.warn({ kind, reason }, 'kind cannot be read');
      told.add(kind);
    }
    for (const kind of told) {
      if (blind.has(kind)) continue;
      told.delete(kind);
      log.info({ kind }, 'kind can be read again');
    }
  }

  return {
    async snapshot(signal) {
      if (following === undefined) return listAll(signal);
      const { all, synced } = following;
      const enough = new AbortController();
      const limit = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal]);
      await Promise.race([synced, clock.sleep(SYNC, limit)]);
      enough.abort();
      return assemble(all);
    },
    logs: (request, signal) => readPodLog(connection, request, signal),
    async watch(changed, signal) {
      const ends = AbortSignal.any([signal, stop.signal]);
      const notify = coalesced(changed, clock, ends);
      const all = targets(options);
      const settled = all.map(() => Promise.withResolvers<void>());
      following = { all, synced: Promise.all(settled.map(({ promise }) => promise)).then(() => undefined) };
      await Promise.all(
        all.map((target, index) =>
          follow(connection, target, {
            clock,
            signal: ends,
            changed: notify,
            settled: () => settled[index]?.resolve(),
          }),
        ),
      );
      following = undefined;
    },
    close() {
      stop.abort();
      connection.close();
      return Promise.resolve();
    },
  };
}

function targets(options: ClusterReaderOptions): Followed[] {
  const { namespaces, applicationNamespaces, ignoreNamespaces = [], log } = options;
  return ALL_KINDS.flatMap((kind) => {
    const argo = isArgo(kind);
    const scopes = (argo ? applicationNamespaces : KINDS[kind].namespaced ? namespaces : undefined) ?? [undefined];
    const ignored = new Set(argo ? [] : ignoreNamespaces);
    const nothingYet = { problem: undefined, contact: 0 };
    return scopes.map((namespace) => ({ cache: createKindCache(kind, ignored, log), namespace, ...nothingYet }));
  });
}

function isArgo(kind: Kind): boolean {
  return kind === 'Application' || kind === 'AppProject';
}

function stale({ contact }: Followed, now: number): Problem | undefined {
  if (contact === 0) return problem('cluster-unreachable', 'the API server did not answer in time');
  const minutes = Math.floor((now - contact) / 60_000);
  return now - contact > STALE
    ? problem('cluster-unreachable', `no word from the API server for ${minutes} minutes`)
    : undefined;
}

function add<K extends Kind>(objects: { [P in Kind]: ObjectOf<P>[] }, kind: K, object: ObjectOf<K>): void {
  objects[kind].push(object);
}

/** Why nothing at all could be read. */
function nothing(problems: readonly Problem[]): Problem {
  const unreachable = problems.find(({ code }) => code === 'cluster-unreachable');
  const unauthorized = problems.find(({ code }) => code === 'cluster-unauthorized');
  const found = unauthorized ?? unreachable;
  if (found !== undefined) return found;
  const [first] = problems;
  return problem('cluster-unauthorized', `no kind could be listed: ${first?.message ?? 'no reason given'}`, {
    hint: 'grant get, list and watch on the kinds that the documentation names',
  });
}

function coalesced(changed: () => void, clock: Clock, signal: AbortSignal): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    void clock.sleep(COALESCE, signal).then(() => {
      waiting = false;
      if (!signal.aborted) changed();
    });
  };
}
