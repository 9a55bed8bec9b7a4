import type { Change } from './change.ts';

/** The four sources of fixes, in the order they are asked. */
export type Origin = 'pattern' | 'rule' | 'history' | 'llm';

/** A fix that a source stands for. Exactly what it names, nothing implied. */
export interface Fix {
  readonly kind: 'fix';
  readonly origin: Origin;
  /** Name of the rule, pattern or model. */
  readonly name: string;
  /** Why this change, in sentences for a reviewer. Untrusted where the origin is `llm`. */
  readonly rationale: string;
  readonly changes: readonly Change[];
  /** Evidence ids that it rests on. */
  readonly evidence: readonly string[];
}

/** Why a source has no fix, in one sentence that says what it knows. */
export interface Declined {
  readonly kind: 'declined';
  readonly origin: Origin;
  readonly name: string;
  readonly reason: string;
}

/** What one source of fixes says. */
export type Answer = Fix | Declined;
