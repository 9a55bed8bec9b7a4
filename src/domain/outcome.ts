/** How a merged fix ended. Only `verified`, `not-fixed` and `made-worse` teach a pattern; so does a rejection. */
export type VerifyEnd =
  | { readonly end: 'verified'; readonly detail: string }
  | { readonly end: 'not-fixed'; readonly detail: string }
  | { readonly end: 'made-worse'; readonly detail: string }
  | { readonly end: 'never-applied'; readonly reason: string; readonly detail: string }
  | { readonly end: 'timed-out'; readonly detail: string };

/** Where a merged fix is on its way. */
export type VerifyState =
  { readonly end: 'waiting'; readonly phase: 'propagation' | 'soak'; readonly detail: string } | VerifyEnd;

/** What happened to an incident in one pass. One member for each exit of the engine. */
export type DecisionOutcome =
  | 'opened'
  | 'would-open'
  | 'already-open'
  | 'updated'
  | 'closed-resolved'
  | 'rejected-before'
  | 'refuted-before'
  | 'limit-reached'
  | 'human-change-in-progress'
  | 'human-edited'
  | 'no-fix'
  | 'not-located'
  | 'not-editable'
  | 'refused-by-proof'
  | 'proof-incomplete'
  | 'verifying'
  | VerifyEnd['end']
  /** A revert was asked for, and a pull request that puts the change back was opened, would be, or cannot be. */
  | 'revert-opened'
  | 'would-revert'
  | 'revert-refused'
  /** A revert is open, or merged and on its way, and then it is applied. */
  | 'reverting'
  | 'reverted'
  | 'failed';

/** What was decided, and why, in a sentence for people. */
export interface Decision {
  readonly outcome: DecisionOutcome;
  readonly reason: string;
}
