import type { DecisionOutcome } from '../domain/outcome.ts';

/** What the demo shows, and how each part must end for the demo to have worked. */
export interface Chapter {
  readonly workload: string;
  readonly shows: string;
  readonly ends: DecisionOutcome | 'silent';
}

/** The workloads of the demo, in the order in which they are shown. */
export const STORY: readonly Chapter[] = [
  { workload: 'orders', shows: 'a rule raises a memory limit', ends: 'verified' },
  { workload: 'front', shows: 'a rule finds the one tag that was meant', ends: 'verified' },
  { workload: 'mailer', shows: 'a rule finds the one key that was meant', ends: 'verified' },
  { workload: 'catalog', shows: 'a rule points a probe at the port there is', ends: 'verified' },
  { workload: 'search', shows: 'the history puts back what a commit broke', ends: 'verified' },
  { workload: 'pricing', shows: 'a model reads the log', ends: 'verified' },
  { workload: 'reports', shows: 'the image to go back to is gone: the proof refuses', ends: 'refused-by-proof' },
  { workload: 'worker', shows: 'a merged fix that does not help', ends: 'not-fixed' },
  { workload: 'ledger', shows: 'a rollout under way: doing nothing is right', ends: 'silent' },
  { workload: 'pricing-eu', shows: 'the learned pattern, without the model', ends: 'verified' },
];
