import type { Clock } from '../ports/clock.ts';
import type { ClusterReader } from '../ports/cluster.ts';

/** What the probes go by. Times in seconds. */
export interface HealthOptions {
  readonly clock: Clock;
  /** Between two passes. */
  readonly intervalSeconds: number;
  /** True where a Lease decides who works: until it is won, waiting is all there is to do. */
  readonly elected: boolean;
  /** What keeps this process from its work for good, such as a credential that is none. */
  readonly obstacle?: string | undefined;
}

/** `ok`, or why not. */
export interface Answer {
  readonly ok: boolean;
  readonly reason: string;
}

/** What `/healthz` and `/readyz` answer from: it is told what happens. */
export interface Health {
  /** A look at the cluster ended. */
  looked(failure: string | undefined): void;
  /** A pass ended. */
  passed(): void;
  leads(leads: boolean): void;
  /** Whether the process is of use; where not, starting it anew is the remedy. */
  live(): Answer;
  /** Whether it does its work, or waits to take over. */
  ready(): Answer;
}

/** Not ready after this many intervals, and this many seconds at least, without a look at the cluster that succeeded. */
const BLIND = { intervals: 3, seconds: 600 };
/** Stuck after this long without any look that ended: models and forges can be slow, but not that slow. */
const STUCK = { intervals: 10, seconds: 3600 };

/** Live from the beginning; ready after the first pass, or as long as another one leads. */
export function createHealth({ clock, intervalSeconds, elected, obstacle }: HealthOptions): Health {
  const now = (): number => clock.now().getTime() / 1000;
  const limit = ({ intervals, seconds }: typeof BLIND): number => Math.max(seconds, intervals * intervalSeconds);
  let leading = !elected;
  let moved = now();
  let seen: number | undefined;
  let passes = 0;
  let failure: string | undefined;
  return {
    looked(why) {
      moved = now();
      failure = why;
      if (why === undefined) seen = moved;
    },
    passed() {
      moved = now();
      passes += 1;
    },
    leads(leads) {
      leading = leads;
      moved = now();
      if (!leads) passes = 0;
    },
    live() {
      const idle = Math.round(now() - moved);
      return leading && idle > limit(STUCK)
        ? { ok: false, reason: `nothing has moved for ${idle} s` }
        : { ok: true, reason: 'ok' };
    },
    ready() {
      if (obstacle !== undefined) return { ok: false, reason: obstacle };
      if (!leading) return { ok: true, reason: 'waits to take over' };
      if (seen !== undefined && now() - seen > limit(BLIND)) {
        return {
          ok: false,
          reason: `the cluster was last read ${Math.round(now() - seen)} s ago: ${failure ?? 'no answer'}`,
        };
      }
      if (passes === 0)
        return {
          ok: false,
          reason: failure === undefined ? 'the first pass is not done' : `the cluster could not be read: ${failure}`,
        };
      return { ok: true, reason: 'ok' };
    },
  };
}

/** The same reader; `looked` is told how each snapshot ended. */
export function observed(
  reader: ClusterReader,
  looked: (failure: string | undefined, seconds: number) => void,
): ClusterReader {
  return {
    ...reader,
    async snapshot(signal) {
      const started = performance.now();
      const read = await reader.snapshot(signal);
      const stopped = signal?.aborted === true;
      if (!stopped) looked(read.ok ? undefined : read.error.message, (performance.now() - started) / 1000);
      return read;
    },
  };
}
