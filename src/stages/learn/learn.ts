import type { Pattern } from '../../domain/pattern.ts';
import type { LearntFix } from './relative.ts';
import { patternId, patternKeyOf } from './relative.ts';

const LESSONS = ['verified', 'refuted', 'rejected'] as const;
/** The only ends that teach: the rest say nothing about the fix itself. */
export type Lesson = (typeof LESSONS)[number];

/** A lesson as it was noted; undefined for any other text. */
export function notedLesson(text: string | undefined): Lesson | undefined {
  return LESSONS.find((lesson) => lesson === text);
}

/** What an end of a pull request teaches. */
export function lessonOf(end: string): Lesson | undefined {
  if (end === 'verified' || end === 'rejected') return end;
  return end === 'not-fixed' || end === 'made-worse' ? 'refuted' : undefined;
}

const MAX_SOURCES = 20;

/** The pull request that teaches, and what it taught before: one that was reopened ends a second time. */
export interface LessonSource {
  readonly url: string;
  /** RFC 3339. */
  readonly at: string;
  readonly before?: Lesson | undefined;
}

/**
 * The pattern with one more outcome; undefined where the fix cannot be carried over, or nothing is new. A pull request
 * counts once, however often it is seen: by its last end, and not at all while it has none.
 */
export function learn(
  patterns: readonly Pattern[],
  fix: LearntFix,
  lesson: Lesson | undefined,
  { url, at, before }: LessonSource,
): Pattern | undefined {
  const key = patternKeyOf(fix);
  if (!key || lesson === before) return undefined;
  const id = patternId(key);
  const known = patterns.find((pattern) => pattern.id === id);
  const counted = known?.sources.includes(url) === true;
  if (counted && before === undefined) return undefined;
  // A refusal or a failure of something never verified is worth keeping too: it keeps trust low when a success follows.
  const base = known ?? { ...key, id, verified: 0, refuted: 0, rejected: 0, lastOutcomeAt: at, sources: [] };
  const without = before === undefined ? base : { ...base, [before]: Math.max(0, base[before] - 1) };
  const sources = without.sources.filter((source) => source !== url);
  if (lesson === undefined) return { ...without, sources };
  return {
    ...without,
    [lesson]: without[lesson] + 1,
    lastOutcomeAt: at > base.lastOutcomeAt ? at : base.lastOutcomeAt,
    sources: [...sources, url].slice(-MAX_SOURCES),
  };
}
