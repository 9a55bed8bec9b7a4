import { getField } from '../../../domain/field-path.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { isArray, isObject } from '../../../domain/json.ts';
import type { ProposeContext } from '../proposer.ts';
import { symptomText } from '../symptom-text.ts';
import { policyWords } from './policy-words.ts';
import type { Unit } from './units.ts';

const SHORTEST_WORD = 4;

/**
 * The units that the symptom's own words name: an option, a variable, a key or a path that the evidence or the log quotes. A
 * word that is only seen inside a longer one that another unit is known by (`prod` in `db.prod.svc`) names nothing.
 */
export async function namedUnits(units: readonly Unit[], context: ProposeContext): Promise<Unit[]> {
  const text = await symptomText(context);
  const isPolicy = context.incident.cause === 'replicas/webhook';
  const spans = units.map((unit) => wordsOf(unit, isPolicy).flatMap((word) => quotes(text, word)));
  const all = spans.flat();
  return units.filter((_, i) => spans[i]?.some((span) => !all.some((other) => isInside(span, other))));
}

/** How failures are worded that come of these fields: by the kubelet, by client-go, by the API server. */
const WORDED: Readonly<Record<string, readonly string[]>> = {
  'ephemeral-storage': ['local storage usage exceeds', 'exceeded its local ephemeral storage limit'],
  automountServiceAccountToken: ['kubernetes.io/serviceaccount'],
  serviceAccountName: ['system:serviceaccount'],
  serviceAccount: ['system:serviceaccount'],
};

/**
 * What somebody who complains about the changed field would write. An image is in every event of a pod, so its name says
 * nothing; a policy's refusal names it for a reason.
 */
function wordsOf(unit: Unit, isPolicy: boolean): string[] {
  if (unit.words) return [...unit.words];
  const last = unit.path.at(-1);
  if (last === 'image' && !isPolicy) return [];
  const worded = typeof last === 'string' && Object.hasOwn(WORDED, last) ? WORDED[last] : undefined;
  if (worded) return [...worded];
  const name = typeof last === 'object' ? last.value : last;
  const isName = unit.path.includes('env') || unit.path[0] === 'data';
  const values = unit.leaves.flatMap(({ from, to }) => [from, to]).flatMap(scalars);
  const words = values.flatMap((value) => value.split(/[\s=,;"']+/));
  const names = [...(isName && typeof name === 'string' ? [name] : []), ...(isPolicy ? policyWords(unit) : [])];
  return [...names, ...words].filter((word) => word.length >= SHORTEST_WORD && /[A-Za-z/]/.test(word));
}

function scalars(value: JsonValue | undefined): string[] {
  if (isArray(value)) return value.flatMap(scalars);
  if (isObject(value)) return Object.keys(value).flatMap((key) => scalars(getField(value, [key])));
  return value === undefined || value === null ? [] : [String(value)];
}

/** Where a text holds a word, as offsets. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Programs complain about `--shard` as `-shard` or `"shard"` as well. */
function quotes(text: string, word: string): Span[] {
  const option = /^--?([A-Za-z][\w-]{3,})$/.exec(word)?.[1];
  if (option !== undefined) return spansOf(text, `(?:--?|["'\`])${option}`);
  return spansOf(text, escape(word));
}

function escape(word: string): string {
  return word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function spansOf(text: string, pattern: string): Span[] {
  // The prefix of an `envFrom` is the beginning of names.
  const end = pattern.endsWith('_') ? '' : '(?![A-Za-z0-9_])';
  const found = text.matchAll(new RegExp(`(?<![A-Za-z0-9_])${pattern}${end}`, 'g'));
  return [...found].map(({ 0: match, index }) => ({ start: index, end: index + match.length }));
}

function isInside(a: Span, b: Span): boolean {
  return b.start <= a.start && a.end <= b.end && b.end - b.start > a.end - a.start;
}
