import type { PullRequest } from '../../ports/forge.ts';
import type { Delivered } from './delivery.ts';
import type { Ledger } from './ledger.ts';
import { ofIncident } from './ledger.ts';

/** A ledger read again, with what this process has just opened and the forge's list does not show yet. */
export function readAgain(before: Ledger, now: Ledger): Ledger {
  const known = new Set(now.map(({ pull }) => pull.number));
  return [...before.filter(({ pull }) => !known.has(pull.number)), ...now];
}

/**
 * Whether a pull request of this incident was opened or ended since a pass began: a second installation, or people, were
 * quicker, and what this pass saw in the cluster may be from before that.
 */
export function meanwhile(before: Ledger, now: Ledger, fingerprint: string): Delivered | undefined {
  const states = new Map(before.map(({ pull }) => [pull.number, pull.state]));
  const other = ofIncident(now, fingerprint).find(({ pull }) => states.get(pull.number) !== pull.state)?.pull;
  if (!other) return undefined;
  const reason = `pull request #${other.number} for this failure is ${other.state} since this pass began: the next one looks again`;
  return { outcome: other.state === 'open' ? 'already-open' : 'verifying', reason, pull: other };
}

/** Whether a pull request that was open when a pass began is not any more: what was merged must stay as its body says. */
export function endedSince(pull: PullRequest): Delivered | undefined {
  if (pull.state === 'open') return undefined;
  const reason = `pull request #${pull.number} is ${pull.state} since this pass began: the next one looks again`;
  return { outcome: pull.state === 'merged' ? 'verifying' : 'rejected-before', reason, pull };
}
