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

/** How a pull request can end; `reverted` only one that puts another back. */
export const ENDS = [
  'verified',
  'not-fixed',
  'made-worse',
  'never-applied',
  'timed-out',
  'rejected',
  'resolved',
  'reverted',
] as const;
/** How a pull request ended, as its hidden block remembers it. */
export type End = (typeof ENDS)[number];

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
  /** Written by Remendo when the pull request ended. A label alone is no end: many people may set labels. */
  end: z.enum(ENDS).exactOptional(),
});
export type PullRequestState = z.infer<typeof PullRequestState>;

/** What a pull request that puts a merged one back remembers about itself. */
export const RevertState = z.object({
  version: z.literal(1),
  fingerprint: z.string(),
  cluster: z.string(),
  /** Number of the pull request that it puts back. */
  of: z.number(),
  /** Who asked for it, and in which comment. */
  by: z.string(),
  comment: z.number(),
  /** The objects that the edit changes, and the one that failed. */
  objects: z.array(Ref),
  application: z.object({ namespace: z.string(), name: z.string() }),
  repoURL: z.string(),
  baseRevision: z.string(),
  /** SHA-256 of each touched file, before and after. */
  files: z.array(z.object({ path: z.string(), before: z.string(), after: z.string() })),
  end: z.enum(ENDS).exactOptional(),
});
export type RevertState = z.infer<typeof RevertState>;

/** The answer to the command that asks for a revert, on the pull request that is to be put back. */
const RevertAnswer = z.object({
  /** The comment that asked; a newer one is answered again. */
  comment: z.number(),
  by: z.string(),
  state: z.enum(['refused', 'open', 'closed', 'reverted', 'never-applied']),
  /** Why it was refused. */
  code: z.string().exactOptional(),
  detail: z.string(),
  /** Number of the pull request that puts it back. */
  pull: z.number().exactOptional(),
});
export type RevertAnswer = z.infer<typeof RevertAnswer>;

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
  revert: RevertAnswer.exactOptional(),
});
export type OutcomeState = z.infer<typeof OutcomeState>;

const MARK = { state: 'remendo:state', revert: 'remendo:revert', outcome: 'remendo:outcome' } as const;

/** `<!-- remendo:state v1 BASE64 -->`: base64 so that nothing inside can end the comment or be linked. */
export function formatBlock(kind: keyof typeof MARK, value: PullRequestState | RevertState | OutcomeState): string {
  return `<!-- ${MARK[kind]} v1 ${Buffer.from(JSON.stringify(value)).toString('base64')} -->`;
}

/** The state in a pull request's body; undefined where there is none, or one that cannot be read. */
export function parseState(body: string): PullRequestState | undefined {
  return parseBlock(body, MARK.state, PullRequestState);
}

/** The hidden block of a revert; undefined where there is none that can be read. */
export function parseRevert(body: string): RevertState | undefined {
  return parseBlock(body, MARK.revert, RevertState);
}

/** The hidden block of an outcome's comment; undefined where there is none that can be read. */
export function parseOutcome(body: string): OutcomeState | undefined {
  return parseBlock(body, MARK.outcome, OutcomeState);
}

/** Characters that a block grows by at most when its end is written into it. */
export const ROOM_FOR_END = 64;

/** A body whose block says how its pull request ended; the same body where it holds no block or says so already. */
export function withEnd(body: string, end: End | undefined): string {
  for (const [kind, state] of [['state', parseState(body)] as const, ['revert', parseRevert(body)] as const]) {
    if (!state || state.end === end) continue;
    const { end: _old, ...rest } = state;
    const [old] = [...body.matchAll(blockOf(MARK[kind]))].at(-1) ?? [];
    const block = formatBlock(kind, end === undefined ? rest : { ...rest, end });
    return old === undefined ? body : body.split(old).join(block);
  }
  return body;
}

function blockOf(mark: string): RegExp {
  return new RegExp(`<!-- ${mark} v1 ([A-Za-z0-9+/=]+) -->`, 'g');
}

/** Remendo writes its block last: one further up can only be text that somebody wants to be taken for it. */
function parseBlock<T>(body: string, mark: string, schema: z.ZodType<T>): T | undefined {
  const [, block] = [...body.matchAll(blockOf(mark))].at(-1) ?? [];
  if (block === undefined) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(Buffer.from(block, 'base64').toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
