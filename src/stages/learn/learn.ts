import type { Pattern } from '../../domain/pattern.ts';
import type { LearntFix } from './relative.ts';
import { patternId, patternKeyOf } from './relative.ts';

/** The only ends that teach: the rest say nothing about the fix itself. */
export type Lesson = 'verified' | 'refuted' | 'rejected';

/** What an end of a pull request teaches. */
export function lessonOf(end: string): Lesson | undefined {
  if (end === 'verified' || end === 'rejected') return end;
  return end === 'not-fixed' || end === 'made-worse' ? 'refuted' : undefined;
}

const MAX_SOURCES = 20;

/**
 * The pattern with one more outcome; undefined where the fix cannot be carried over. The same pull request counts once,
 * however often it is seen.
 */
export function learn(
  patterns: readonly Pattern[],
  fix: LearntFix,
  lesson: Lesson,
  source: { readonly url: string; readonly at: string },
): Pattern | undefined {
  const key = patternKeyOf(fix);
  if (!key) return undefined;
  const id = patternId(key);
  const known = patterns.find((pattern) => pattern.id === id);
  if (known?.sources.includes(source.url)) return undefined;
  // A refusal or a failure of something never verified is worth keeping too: it keeps trust low when a success follows.
  const base = known ?? { ...key, id, verified: 0, refuted: 0, rejected: 0, lastOutcomeAt: source.at, sources: [] };
  return {
    ...base,
    [lesson]: base[lesson] + 1,
    lastOutcomeAt: source.at > base.lastOutcomeAt ? source.at : base.lastOutcomeAt,
    sources: [...base.sources, source.url].slice(-MAX_SOURCES),
  };
}
