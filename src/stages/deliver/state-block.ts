import { z } from 'zod';
import { JsonValueSchema } from '../../domain/kubernetes/json-schema.ts';

const Ref = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().exactOptional(),
  name: z.string(),
});
const Segment = z.union([z.string(), z.number(), z.object({ key: z.string(), value: z.string() })]);
const Path = z.array(Segment);
const Operation = z.union([
  z.object({ op: z.enum(['test', 'replace', 'add']), path: Path, value: JsonValueSchema }),
  z.object({ op: z.literal('remove'), path: Path }),
]);

/**
 * What a pull request remembers about itself, hidden in its body: the forge is the database. Holds no times and no run
 * ids, so that an unchanged incident gives an unchanged body.
 */
export const PullRequestState = z.object({
  version: z.literal(1),
  fingerprint: z.string(),
  cluster: z.string(),
  cause: z.string(),
  object: Ref,
  container: z.string().exactOptional(),
  containerType: z.enum(['container', 'init', 'sidecar']).exactOptional(),
  subject: z.string().exactOptional(),
  stillServing: z.boolean(),
  application: z.object({ namespace: z.string(), name: z.string() }),
  /** The repository that is edited, and its commit that the edit stands on. */
  repoURL: z.string(),
  baseRevision: z.string(),
  origin: z.enum(['pattern', 'rule', 'history', 'llm']),
  name: z.string(),
  rationale: z.string(),
  evidence: z.array(z.string()),
  changes: z.array(z.object({ object: Ref, operations: z.array(Operation) })),
  /** SHA-256 of each touched file, before and after. */
  files: z.array(z.object({ path: z.string(), before: z.string(), after: z.string() })),
  /** Short digests of the places that evidence was seen at. It only grows: evidence that comes and goes is no news. */
  evidenceSeen: z.array(z.string()),
});
export type PullRequestState = z.infer<typeof PullRequestState>;

/** How a pull request can end. */
export const ENDS = [
  'verified',
  'not-fixed',
  'made-worse',
  'never-applied',
  'timed-out',
  'rejected',
  'resolved',
] as const;
export type End = (typeof ENDS)[number];

/** How a pull request is doing, before and after the merge, hidden in its sticky comment. */
export const OutcomeState = z.object({
  version: z.literal(1),
  end: z.enum(['waiting', ...ENDS]),
  phase: z.enum(['propagation', 'soak']).exactOptional(),
  /** Why it waits, or was never applied: a word of propagation.ts, or `unproven`. */
  reason: z.string().exactOptional(),
  detail: z.string(),
  /** RFC 3339, when the symptom was first seen gone: after the fix was applied, or while the pull request is open. */
  soakSince: z.string().exactOptional(),
  /** Looks in a row at an open pull request's workload in which the symptom was gone. */
  goneFor: z.number().exactOptional(),
});
export type OutcomeState = z.infer<typeof OutcomeState>;

const MARK = { state: 'remendo:state', outcome: 'remendo:outcome' } as const;

/** `<!-- remendo:state v1 BASE64 -->`: base64 so that nothing inside can end the comment or be linked. */
export function formatBlock(kind: keyof typeof MARK, value: PullRequestState | OutcomeState): string {
  return `<!-- ${MARK[kind]} v1 ${Buffer.from(JSON.stringify(value)).toString('base64')} -->`;
}

/** The state in a pull request's body; undefined where there is none, or one that cannot be read. */
export function parseState(body: string): PullRequestState | undefined {
  return parseBlock(body, MARK.state, PullRequestState);
}

export function parseOutcome(body: string): OutcomeState | undefined {
  return parseBlock(body, MARK.outcome, OutcomeState);
}

/** Remendo writes its block last: one further up can only be text that somebody wants to be taken for it. */
function parseBlock<T>(body: string, mark: string, schema: z.ZodType<T>): T | undefined {
  const [, block] = [...body.matchAll(new RegExp(`<!-- ${mark} v1 ([A-Za-z0-9+/=]+) -->`, 'g'))].at(-1) ?? [];
  if (block === undefined) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(Buffer.from(block, 'base64').toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
