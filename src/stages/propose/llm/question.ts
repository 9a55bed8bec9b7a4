import { stringify } from 'yaml';
import { sha256 } from '../../../domain/fingerprint.ts';
import { canonicalJson } from '../../../domain/json.ts';
import { formatRef } from '../../../domain/object-ref.ts';
import { redactJson } from '../../../domain/redact/redact-json.ts';
import type { Redact } from '../../../domain/redact.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import type { ProposeContext } from '../proposer.ts';
import type { Earlier } from './earlier.ts';
import { readEarlier } from './earlier.ts';
import type { Section } from './fence.ts';
import { fence } from './fence.ts';
import { logSections } from './logs.ts';
import { relatedObjects } from './related.ts';
import { systemPrompt } from './system-prompt.ts';

/** Characters a token; the reference measured 3.4 for YAML, so this is a careful guess. */
const CHARS_PER_TOKEN = 3;
const LONGEST_EVIDENCE = 600;
const MOST_EVIDENCE = 30;

/** Hides what the first scrubber may have missed; may take time. */
export type SecondOpinion = (text: string) => Promise<string>;

/** What a question is made of, and what an answer is held against. */
export interface Material {
  /** Declared objects that the model sees: it may change no other. The failing one first. */
  readonly shown: readonly RenderedObject[];
  readonly earlier: Earlier;
}

/** One question, ready to send. */
export interface Question {
  readonly system: string;
  readonly user: string;
  readonly promptTokens: number;
}

/** Reads what a question shows: the failing object first, what it refers to, and their earlier forms, redacted. */
export async function readMaterial(context: ProposeContext, redact: Redact): Promise<Material> {
  const shown = [context.declared, ...relatedObjects(context.declared, context.siblings)];
  return { shown, earlier: await readEarlier(context.versions(), shown, redact) };
}

/** What a question is about, without anything that changes by itself (logs, counts, times). 32 hex digits. */
export function questionKey({ incident }: ProposeContext, { shown }: Material): string {
  const objects = shown.map(({ object }) => canonicalJson(object));
  return sha256(JSON.stringify(['v1', incident.fingerprint, objects])).slice(0, 32);
}

/** Builds the question; undefined where the failing object is too large to be shown whole. */
export async function buildQuestion(
  context: ProposeContext,
  { shown, earlier }: Material,
  options: { readonly redact: Redact; readonly secondOpinion?: SecondOpinion; readonly mostPromptTokens: number },
): Promise<Question | undefined> {
  const { declared, policy } = context;
  const { redact, secondOpinion = (text) => Promise.resolve(text), mostPromptTokens } = options;
  const sections: Section[] = [
    incidentSection(context),
    evidenceSection(context),
    {
      ...objectSection(declared, redact),
      title: `declared ${formatRef(declared.ref)}, which fails`,
      limit: 40_000,
      whole: true,
    },
    ...historySections(earlier),
    ...(await logSections(context)),
    ...shown.slice(1).map((object) => objectSection(object, redact)),
  ];
  const clean = await Promise.all(
    sections.map(async (section) => ({ ...section, text: await secondOpinion(redact(section.text)) })),
  );
  const system = systemPrompt(policy);
  const user = fence(clean, mostPromptTokens * CHARS_PER_TOKEN - system.length);
  if (user === undefined) return undefined;
  return { system, user, promptTokens: Math.ceil((system.length + user.length) / CHARS_PER_TOKEN) };
}

function incidentSection({ incident }: ProposeContext): Section {
  const { cause, object, container, summary, stillServing, explains } = incident;
  const lines = [
    `cause: ${cause}`,
    `object: ${formatRef(object)}`,
    ...(container === undefined
      ? []
      : [`container: ${container}${incident.containerType === undefined ? '' : ` (${incident.containerType})`}`]),
    `summary: ${summary}`,
    `older pods still serve: ${stillServing ? 'yes' : 'no'}`,
    ...explains.slice(0, 5).map((effect) => `follows from it: ${effect.summary}`),
  ];
  return { title: 'incident', text: lines.join('\n'), keep: 'head', limit: 3000 };
}

function evidenceSection({ incident }: ProposeContext): Section {
  const lines = incident.evidence.slice(0, MOST_EVIDENCE).map(({ id, object, path, text }) => {
    const where = path === undefined ? formatRef(object) : `${formatRef(object)} ${path}`;
    return `${id}: ${where}: ${text.replaceAll(/\s+/g, ' ').slice(0, LONGEST_EVIDENCE)}`;
  });
  return { title: 'evidence, by id', text: lines.join('\n'), keep: 'head', limit: 9000 };
}

function historySections({ text }: Earlier): Section[] {
  const title = 'recent changes of these objects in Git, newest first';
  return text === '' ? [] : [{ title, text, keep: 'head', limit: 5000 }];
}

function objectSection({ ref, object }: RenderedObject, redact: Redact): Section {
  const text = stringify(redactJson(object, redact), { lineWidth: 0 });
  return { title: `declared ${formatRef(ref)}`, text, keep: 'head', limit: 4000 };
}
