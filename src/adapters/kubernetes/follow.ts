import { KINDS } from '../../domain/kubernetes/kinds.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Clock } from '../../ports/clock.ts';
import { retryAfter } from './backoff.ts';
import type { Connection } from './connect.ts';
import type { KindCache } from './kind-cache.ts';
import { listKind } from './list.ts';
import { watchOnce } from './watch.ts';

/** A watch that lasted this long did its work: what ends it is not the server's distress. */
const HEALTHY = 10_000;
/** How long a kind that is refused (no right, not served) is left alone, at most and at first. */
const REFUSED_AGAIN = 300_000;
/** An API server that has just started refuses everybody until it has read its roles: that passes in seconds. */
const REFUSED_FIRST = 2000;

/** What one followed kind (in one namespace, or in all) is known to be. */
export interface Followed {
  readonly cache: KindCache;
  readonly namespace: string | undefined;
  /** Why it cannot be read now; undefined while it can. */
  problem: Problem | undefined;
  /** Milliseconds since the epoch of the last word from the server. */
  contact: number;
}

/** Who is told of what, and until when. */
export interface FollowOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly changed: () => void;
  /** Called when the first list is there, or the first refusal. */
  readonly settled: () => void;
}

/** Keeps a cache equal to the cluster: list, then watch after watch, until aborted. Never rejects for what the server does. */
export async function follow(connection: Connection, followed: Followed, options: FollowOptions): Promise<void> {
  const { clock, signal } = options;
  const { cache, namespace } = followed;
  const kind = KINDS[cache.kind];
  let failures = 0;
  let refusals = 0;
  const pause = (): Promise<void> => clock.sleep(retryAfter(++failures), signal);
  while (!signal.aborted) {
    const listed = await listKind(connection, kind, {
      clock,
      namespace,
      signal,
      begin: () => cache.beginList(),
      item: (raw) => cache.addListed(raw),
    });
    if (signal.aborted) return;
    followed.problem = listed.ok ? undefined : listed.error;
    if (!listed.ok) {
      options.settled();
      if (listed.error.code === 'cluster-unreachable') await pause();
      else
        await clock.sleep(Math.min(REFUSED_AGAIN, REFUSED_FIRST * 2 ** refusals++) * (1 + Math.random() / 10), signal);
      continue;
    }
    refusals = 0;
    cache.commitList();
    followed.contact = clock.now().getTime();
    options.settled();
    options.changed();
    await watchFrom(listed.value);
  }

  /** Watches until the list has to be made again. */
  async function watchFrom(start: string): Promise<void> {
    let version = start;
    while (!signal.aborted) {
      const begun = clock.now().getTime();
      let events = 0;
      const end = await watchOnce(connection, kind, {
        resourceVersion: version,
        namespace,
        signal,
        opened: () => {
          followed.contact = clock.now().getTime();
          followed.problem = undefined;
        },
        event: (type, raw, resourceVersion) => {
          followed.contact = clock.now().getTime();
          if (resourceVersion !== '') version = resourceVersion;
          events++;
          if (type === 'BOOKMARK') return;
          if (type === 'DELETED') cache.remove(raw);
          else cache.put(raw);
          options.changed();
        },
      });
      if (signal.aborted) return;
      if (events > 0 || clock.now().getTime() - begun >= HEALTHY) failures = 0;
      // A server that ends or expires watches at once would otherwise be asked without a pause.
      if (end.kind !== 'ended' || (events === 0 && clock.now().getTime() - begun < HEALTHY)) await pause();
      if (end.kind === 'expired' || end.kind === 'refused' || version === '') return;
    }
  }
}
