import type { Result } from '../../domain/result.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Held, LeaseSpec, LeaseStore } from './lease.ts';

/** In seconds; the values of Kubernetes' own components (client-go, leaderelection). */
export interface ElectionTiming {
  /** After this long without a renewal others may take the lease. */
  readonly lease: number;
  /** A leader that could not renew for this long stops: less than `lease`, so that it stops before another starts. */
  readonly renew: number;
  readonly retry: number;
}

const ELECTION_TIMING: ElectionTiming = { lease: 15, renew: 10, retry: 2 };

/** Who seeks the lease, and by which time. */
export interface ElectorOptions {
  readonly store: LeaseStore;
  /** Who this is; unique among the candidates. */
  readonly identity: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly timing?: ElectionTiming;
  /** Milliseconds that run on whatever the clock is set to; those of the process unless given. */
  readonly elapsed?: () => number;
  readonly changed?: (leads: boolean) => void;
}

/**
 * Calls `lead` while this candidate holds the lease, again after it lost and won it back, until `signal`. The signal
 * that `lead` is given aborts when the lease cannot be renewed in time; the lease is not sought again before `lead` has
 * returned. Whether a lease has run out is decided by how long it was seen unchanged: no clock is trusted, not even the own
 * one, which may be set meanwhile.
 */
export async function elect(
  { store, identity, clock, log, timing = ELECTION_TIMING, elapsed = () => performance.now(), changed }: ElectorOptions,
  lead: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let told = '';
  let seen: { readonly version: string; readonly at: number } | undefined;
  while (!signal.aborted) {
    const held = await acquire();
    if (held) await hold(held);
    else await clock.sleep(timing.retry * 1000, signal);
  }

  async function acquire(): Promise<Held | undefined> {
    const read = await store.read();
    if (!read.ok) return tell(read);
    const now = elapsed();
    const current = read.value;
    if (current && seen?.version !== current.version) seen = { version: current.version, at: now };
    const holder = current?.spec.holderIdentity ?? '';
    const duration = current?.spec.leaseDurationSeconds ?? timing.lease;
    if (holder !== told) {
      // Also where the chart is installed twice: only one of them works.
      if (holder !== '' && holder !== identity) log.info({ identity, holder }, 'another one leads: this one waits');
      told = holder;
    }
    const free = holder === '' || holder === identity || now - (seen?.at ?? now) > duration * 1000;
    if (!free) return undefined;
    const written = await store.write(specOf(current?.spec), current);
    if (!written.ok) return tell(written);
    return written.value === 'conflict' ? undefined : written.value;
  }

  async function hold(first: Held): Promise<void> {
    log.info({ identity }, 'this one leads');
    changed?.(true);
    const lost = new AbortController();
    const finished = new AbortController();
    const work = lead(AbortSignal.any([signal, lost.signal])).finally(() => finished.abort());
    // Seen again below; until then a failure must not end the process before the lease is given back.
    work.catch(() => undefined);
    const last = await renewUntil(finished.signal, first);
    lost.abort();
    try {
      await work;
    } finally {
      changed?.(false);
      if (last) await store.write({ ...last.spec, holderIdentity: '', leaseDurationSeconds: 1 }, last);
    }
  }

  /** The lease as it was last written once the work has finished; undefined where it was lost before. */
  async function renewUntil(finished: AbortSignal, first: Held): Promise<Held | undefined> {
    let held = first;
    let renewed = elapsed();
    for (;;) {
      await clock.sleep(timing.retry * 1000, finished);
      if (finished.aborted) return held;
      // No answer is waited for beyond the time at which others may take the lease.
      const left = timing.renew * 1000 - (elapsed() - renewed);
      const answer = await renew(held, elapsed() + Math.max(left, timing.retry * 1000));
      if (answer === 'lost') {
        log.warn({ identity }, 'another one leads');
        return undefined;
      }
      const now = elapsed();
      if (answer !== 'unknown') {
        held = answer;
        renewed = now;
      } else if (now - renewed > timing.renew * 1000) {
        log.warn({ identity }, 'the lease could not be renewed in time');
        return undefined;
      }
    }
  }

  async function renew(held: Held, until: number): Promise<Held | 'lost' | 'unknown'> {
    const written = await store.write(specOf(held.spec), held, until - elapsed());
    if (!written.ok) tell(written);
    else if (written.value !== 'conflict') return written.value;
    else {
      // An answer that was lost on the way may have been a success: only another holder is a loss.
      const read = await store.read(Math.max(1, until - elapsed()));
      if (read.ok) return read.value?.spec.holderIdentity === identity ? read.value : 'lost';
      tell(read);
    }
    return 'unknown';
  }

  function specOf(before: LeaseSpec | undefined): LeaseSpec {
    const now = microTime(clock.now());
    const mine = before?.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: timing.lease,
      acquireTime: mine ? before.acquireTime : now,
      renewTime: now,
      leaseTransitions: (before?.leaseTransitions ?? 0) + (mine || !before ? 0 : 1),
    };
  }

  function tell(failed: Result<unknown, Problem>): undefined {
    if (!failed.ok)
      log.warn({ code: failed.error.code, reason: failed.error.message }, 'the lease could not be read or written');
  }
}

/** meta/v1 MicroTime. */
function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
