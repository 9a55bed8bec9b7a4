import { learn, lessonOf, notedLesson } from '../stages/learn/learn.ts';
import type { Ledger } from '../stages/deliver/ledger.ts';
import { endOf } from '../stages/deliver/ledger.ts';
import type { EnginePorts } from './ports.ts';

/**
 * Learns from every ended pull request of a ledger that was not counted yet, oldest first. With an empty store this
 * rebuilds all patterns: the forge is the memory, so what a pull request taught is taken back where people reopened it.
 * Only ends that Remendo wrote itself count (see endOf).
 */
export function learnFrom({ store, log }: Pick<EnginePorts, 'store' | 'log'>, ledger: Ledger): void {
  const patterns = new Map(store.patterns().map((pattern) => [pattern.id, pattern]));
  for (const own of ledger.toReversed()) {
    const { pull, state } = own;
    const lesson = lessonOf(endOf(own) ?? '');
    const key = `learned:${pull.url}`;
    const before = notedLesson(store.get(key));
    if (!state || lesson === before) continue;
    const at = pull.mergedAt ?? pull.closedAt ?? pull.updatedAt;
    const pattern = learn([...patterns.values()], state, lesson, { url: pull.url, at, before });
    if (pattern) {
      patterns.set(pattern.id, pattern);
      store.putPattern(pattern);
      log.info({ pattern: pattern.id, cause: pattern.cause, lesson: lesson ?? 'taken back' }, 'pattern learned');
    }
    if (lesson === undefined) store.delete(key);
    else store.set(key, lesson);
  }
}
