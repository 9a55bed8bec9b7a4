import { ok } from '../../domain/result.ts';
import type { ForgeReader, ForgeResult, PullRequest } from '../../ports/forge.ts';
import { BRANCH_PREFIX, fingerprintOfBranch, revertOfBranch } from './naming.ts';
import type { End, PullRequestState, RevertState } from './state-block.ts';
import { ENDS, parseRevert, parseState } from './state-block.ts';

/**
 * A pull request on one of Remendo's branches with what it remembers. `state` is undefined where its block was edited
 * away, belongs to another branch, or where somebody else opened it: then it only counts as being there.
 */
export interface OwnPullRequest {
  readonly pull: PullRequest;
  readonly fingerprint: string;
  readonly state: PullRequestState | undefined;
  /** True where another pull request has put it back, and that was applied. */
  readonly reverted?: boolean;
}

/** Remendo's fixes in one repository, read from the forge: the memory that no local disk is needed for. */
export type Ledger = readonly OwnPullRequest[];

/** A pull request on a branch that puts back what another one of Remendo merged; `state` as above. */
export interface RevertPullRequest {
  readonly pull: PullRequest;
  readonly fingerprint: string;
  /** Number of the pull request that it puts back. */
  readonly of: number;
  readonly state: RevertState | undefined;
}

/** All pull requests of Remendo, newest first. */
export interface Ledgers {
  readonly fixes: Ledger;
  readonly reverts: readonly RevertPullRequest[];
}

/** Reads all pull requests of Remendo; `login` is the account that Remendo acts as. */
export async function readLedger(reader: ForgeReader, login: string): ForgeResult<Ledgers> {
  const pulls = await reader.pullRequests({ headPrefix: BRANCH_PREFIX, state: 'all' });
  if (!pulls.ok) return pulls;
  const reverts = pulls.value.flatMap((pull) => revertOn(pull, login) ?? []);
  const reverted = new Set(reverts.filter((revert) => endOf(revert) === 'reverted').map(({ of }) => of));
  const fixes = pulls.value.flatMap((pull) => fixOn(pull, login) ?? []);
  return ok({ fixes: fixes.map((own) => ({ ...own, reverted: reverted.has(own.pull.number) })), reverts });
}

function fixOn(pull: PullRequest, login: string): OwnPullRequest | undefined {
  const fingerprint = fingerprintOfBranch(pull.head.ref);
  if (fingerprint === undefined) return undefined;
  const state = pull.author === login ? parseState(pull.body) : undefined;
  return { pull, fingerprint, state: state?.fingerprint === fingerprint ? state : undefined };
}

function revertOn(pull: PullRequest, login: string): RevertPullRequest | undefined {
  const branch = revertOfBranch(pull.head.ref);
  if (!branch) return undefined;
  const state = pull.author === login ? parseRevert(pull.body) : undefined;
  const same = state?.fingerprint === branch.fingerprint && state.of === branch.of;
  return { pull, ...branch, state: same ? state : undefined };
}

/** Those of one incident, newest first. */
export function ofIncident(ledger: Ledger, fingerprint: string): Ledger {
  return ledger.filter((own) => own.fingerprint === fingerprint);
}

/** The open pull request of an incident. */
export function openOf(ledger: Ledger, fingerprint: string): OwnPullRequest | undefined {
  return ofIncident(ledger, fingerprint).find(({ pull }) => pull.state === 'open');
}

/** On every pull request of Remendo; its other labels begin with it. */
export const LABEL = 'remendo';

/** Somebody put this label on an ended pull request: what it says about further ones is taken back. */
export const RETRY_LABEL = 'remendo/retry';

/** On pull requests that put another one back. */
export const REVERT_LABEL = 'remendo/revert';

/** The label of an end: `remendo/verified`. */
export function endLabel(end: End): string {
  return `${LABEL}/${end}`;
}

/** Labels that say something else than an end: they stay when one is written. */
export function lastingLabels({ labels }: Pick<PullRequest, 'labels'>): readonly string[] {
  return [RETRY_LABEL, REVERT_LABEL].filter((label) => labels.includes(label));
}

/** Ends of pull requests that were closed without merge; all others follow a merge. */
const CLOSED_ENDS: ReadonlySet<End> = new Set(['rejected', 'resolved']);

/**
 * How a pull request ended: its label says so, and so does the block that Remendo itself wrote into its body. One without
 * the other is no end: whoever may label could teach a pattern, and a process may have ended between the two. An end that
 * does not go with the pull request's state is left from before it was reopened.
 */
export function endOf({
  pull,
  state,
}: {
  readonly pull: PullRequest;
  readonly state: { readonly end?: End } | undefined;
}): End | undefined {
  const end = state?.end;
  if (end === undefined || pull.state === 'open' || CLOSED_ENDS.has(end) !== (pull.state === 'closed'))
    return undefined;
  return pull.labels.includes(endLabel(end)) ? end : undefined;
}

/** Whether an open pull request still carries an end: from before it was reopened, or from a process that broke off. */
export function hasStaleEnd({ pull, state }: Parameters<typeof endOf>[0]): boolean {
  return state?.end !== undefined || ENDS.some((end) => pull.labels.includes(endLabel(end)));
}

/** Whether people asked for another attempt after they closed this pull request. */
export function wantsRetry(pull: PullRequest): boolean {
  return pull.labels.includes(RETRY_LABEL);
}
