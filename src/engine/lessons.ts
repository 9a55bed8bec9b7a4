import { learn, lessonOf } from '../stages/learn/learn.ts';
import type { Ledger } from '../stages/deliver/ledger.ts';
import { endOf } from '../stages/deliver/ledger.ts';
import type { EnginePorts } from './ports.ts';

/**
 * Learns from every ended pull request of a ledger that was not counted yet, oldest first. With an empty store this
 * rebuilds all patterns: the forge is the memory. Only ends that Remendo wrote itself count (see endOf).
 */
export function learnFrom({ store, log }: Pick<EnginePorts, 'store' | 'log'>, ledger: Ledger): void {
  const patterns = new Map(store.patterns().map((pattern) => [pattern.id, pattern]));
  for (const own of ledger.toReversed()) {
    const { pull, state } = own;
    const lesson = lessonOf(endOf(own) ?? '');
    const key = `learned:${pull.url}`;
    if (!lesson || !state || store.get(key) !== undefined) continue;
    const at = pull.mergedAt ?? pull.closedAt ?? pull.updatedAt;
    const pattern = learn([...patterns.values()], state, lesson, { url: pull.url, at });
    if (pattern) {
      patterns.set(pattern.id, pattern);
      store.putPattern(pattern);
      log.info({ pattern: pattern.id, cause: pattern.cause, lesson }, 'pattern learned');
    }
    store.set(key, lesson);
  }
}
