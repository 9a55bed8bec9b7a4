import { distance } from 'fastest-levenshtein';
import type { LabelledTemplate } from './service-pods.ts';

type Labels = Readonly<Record<string, string>>;

/** The workload whose labels a selector nearly matches, and the pairs of the selector that it lacks. */
export interface Near {
  readonly template: LabelledTemplate;
  readonly unmatched: Labels;
}

/**
 * Finds the one running workload that a selector misses by exactly one pair, where that pair looks like a slip: a value
 * with a small spelling difference, or the same value under another key. Values that differ in digits only (v1, v2) are
 * two things on purpose, and so are words that merely stand in the same place (blue, green).
 */
export function nearestTemplate(selector: Labels, templates: readonly LabelledTemplate[]): Near | undefined {
  const near = templates
    .filter(({ running }) => running)
    .flatMap((template): Near[] => {
      const unmatched = Object.entries(selector).filter(([key, value]) => template.labels[key] !== value);
      const [pair] = unmatched;
      if (pair === undefined || unmatched.length > 1) return [];
      return isSlip(pair, template.labels) ? [{ template, unmatched: Object.fromEntries(unmatched) }] : [];
    });
  return near.length === 1 ? near[0] : undefined;
}

function isSlip([key, value]: [string, string], labels: Labels): boolean {
  const there = labels[key];
  if (there !== undefined) return isMisspelt(value, there);
  return Object.values(labels).includes(value);
}

function isMisspelt(a: string, b: string): boolean {
  if (withoutDigits(a) === withoutDigits(b)) return false;
  if (a.toLowerCase() === b.toLowerCase()) return true;
  return (
    distance(a, b) <= Math.max(1, Math.floor(Math.min(a.length, b.length) / 4)) && Math.min(a.length, b.length) > 3
  );
}

function withoutDigits(text: string): string {
  return text.replaceAll(/\d+/g, '#');
}
