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
  const near = missedByOne(selector, templates).filter(({ pair, template }) => isSlip(pair, template.labels));
  return near.length === 1 ? toNear(near[0]) : undefined;
}

/**
 * The one running workload that has the Service's own name, misses its selector by one pair and is reached by no other
 * Service (`selected` tells): however the values differ, that Service was meant for it.
 */
export function namesakeTemplate(
  name: string,
  selector: Labels,
  templates: readonly LabelledTemplate[],
  selected: (labels: Labels) => boolean,
): Near | undefined {
  const near = missedByOne(selector, templates).filter(
    ({ template }) => template.ref.name === name && !selected(template.labels),
  );
  return near.length === 1 ? toNear(near[0]) : undefined;
}

interface Missed {
  readonly template: LabelledTemplate;
  readonly pair: [string, string];
}

function missedByOne(selector: Labels, templates: readonly LabelledTemplate[]): Missed[] {
  return templates
    .filter(({ running }) => running)
    .flatMap((template) => {
      const unmatched = Object.entries(selector).filter(([key, value]) => template.labels[key] !== value);
      const [pair] = unmatched;
      return pair === undefined || unmatched.length > 1 ? [] : [{ template, pair }];
    });
}

function toNear(missed: Missed | undefined): Near | undefined {
  return missed && { template: missed.template, unmatched: Object.fromEntries([missed.pair]) };
}

function isSlip([key, value]: [string, string], labels: Labels): boolean {
  const there = labels[key];
  if (there !== undefined) return isMisspelt(value, there);
  return Object.values(labels).includes(value);
}

/** Whether two values may be one that was misspelt: a small difference, and not in digits only. */
export function isMisspelt(a: string, b: string): boolean {
  if (withoutDigits(a) === withoutDigits(b)) return false;
  if (a.toLowerCase() === b.toLowerCase()) return true;
  const shorter = Math.min(a.length, b.length);
  return shorter > 3 && (isSwap(a, b) || distance(a, b) <= Math.max(1, Math.floor(shorter / 4)));
}

/** Two neighbouring letters changed places: one slip of the pen, though two single edits. */
function isSwap(a: string, b: string): boolean {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return a.length === b.length && a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

function withoutDigits(text: string): string {
  return text.replaceAll(/\d+/g, '#');
}
