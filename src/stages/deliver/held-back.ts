import type { Decision } from '../../domain/outcome.ts';
import type { PullRequest } from '../../ports/forge.ts';
import type { Ledger } from './ledger.ts';
import { RETRY_LABEL, endOf, ofIncident, wantsRetry } from './ledger.ts';

/** Why there must be no new pull request, and the one that says so. */
export interface HeldBack extends Decision {
  readonly pull?: PullRequest;
}

/** Merged, and it did not help. */
const FAILURES: ReadonlySet<string | undefined> = new Set(['not-fixed', 'made-worse', 'timed-out']);
/** Merged fixes without help, after which people are asked. */
export const MOST_FAILURES = 3;

/**
 * What the past of an incident says about a further pull request, before any work is done for it; undefined: go on. A
 * merged fix that did not help leaves the way open for a different one (`history` of the proof forbids the same), three
 * of them leave it to people. Pull requests that carry the retry label do not count.
 */
export function heldBack(ledger: Ledger, fingerprint: string): HeldBack | undefined {
  const past = ofIncident(ledger, fingerprint).filter(({ pull }) => pull.state !== 'open' && !wantsRetry(pull));
  const rejected = past.find((own) => own.pull.state === 'closed' && endOf(own) !== 'resolved')?.pull;
  if (rejected) {
    const reason = `pull request #${rejected.number} for this failure was closed without merge; label it ${RETRY_LABEL} to be asked again`;
    return { outcome: 'rejected-before', reason, pull: rejected };
  }
  const failures = failuresOf(ledger, fingerprint);
  if (failures >= MOST_FAILURES) {
    const reason = `${failures} merged fixes did not help: this needs a person`;
    return { outcome: 'refuted-before', reason };
  }
  const [latest] = past;
  // Without its block nobody follows it, and waiting for it would never end.
  if (latest?.pull.state !== 'merged' || !latest.state) return undefined;
  const { pull } = latest;
  const end = endOf(latest);
  if (end === undefined) {
    return { outcome: 'verifying', reason: `pull request #${pull.number} was merged and is being followed`, pull };
  }
  if (end !== 'never-applied' || latest.reverted === true) return undefined;
  const reason = `pull request #${pull.number} was merged and never applied: Git holds a fix that the cluster has not got`;
  return { outcome: 'never-applied', reason, pull };
}

/** How many merged fixes of an incident did not help since one did; those labelled for a retry do not count. */
export function failuresOf(ledger: Ledger, fingerprint: string): number {
  const past = ofIncident(ledger, fingerprint).filter(({ pull }) => pull.state !== 'open' && !wantsRetry(pull));
  const worked = past.findIndex((own) => endOf(own) === 'verified');
  return (worked < 0 ? past : past.slice(0, worked)).filter((own) => FAILURES.has(endOf(own))).length;
}

/** Whether an end says that a merged fix did not help. */
export function isFailure(end: string): boolean {
  return FAILURES.has(end);
}
