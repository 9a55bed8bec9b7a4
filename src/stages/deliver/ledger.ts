import { ok } from '../../domain/result.ts';
import type { ForgeReader, ForgeResult, PullRequest } from '../../ports/forge.ts';
import { BRANCH_PREFIX, fingerprintOfBranch } from './naming.ts';
import type { End, PullRequestState } from './state-block.ts';
import { ENDS, parseState } from './state-block.ts';

/**
 * A pull request on one of Remendo's branches with what it remembers. `state` is undefined where its block was edited
 * away, belongs to another branch, or where somebody else opened it: then it only counts as being there.
 */
export interface OwnPullRequest {
  readonly pull: PullRequest;
  readonly fingerprint: string;
  readonly state: PullRequestState | undefined;
}

/** What Remendo did in one repository, read from the forge: the memory that no local disk is needed for. */
export type Ledger = readonly OwnPullRequest[];

/** Reads all pull requests of Remendo, newest first; `login` is the account that Remendo acts as. */
export async function readLedger(reader: ForgeReader, login: string): ForgeResult<Ledger> {
  const pulls = await reader.pullRequests({ headPrefix: BRANCH_PREFIX, state: 'all' });
  if (!pulls.ok) return pulls;
  return ok(
    pulls.value.flatMap((pull) => {
      const fingerprint = fingerprintOfBranch(pull.head.ref);
      if (fingerprint === undefined) return [];
      const state = pull.author === login ? parseState(pull.body) : undefined;
      return [{ pull, fingerprint, state: state?.fingerprint === fingerprint ? state : undefined }];
    }),
  );
}

/** Those of one incident, newest first. */
export function ofIncident(ledger: Ledger, fingerprint: string): Ledger {
  return ledger.filter((own) => own.fingerprint === fingerprint);
}

/** The open pull request of an incident. */
export function openOf(ledger: Ledger, fingerprint: string): OwnPullRequest | undefined {
  return ofIncident(ledger, fingerprint).find(({ pull }) => pull.state === 'open');
}

export const LABEL = 'remendo';

/** Somebody put this label on an ended pull request: what it says about further ones is taken back. */
export const RETRY_LABEL = 'remendo/retry';

/** The label of an end: `remendo/verified`. */
export function endLabel(end: End): string {
  return `${LABEL}/${end}`;
}

/** Ends of pull requests that were closed without merge; all others follow a merge. */
const CLOSED_ENDS: ReadonlySet<End> = new Set(['rejected', 'resolved']);

/**
 * The end that a pull request's labels tell, without reading its comments. Labels that do not go with its state are left
 * from before it was reopened.
 */
export function labelledEnd(pull: PullRequest): End | undefined {
  if (pull.state === 'open') return undefined;
  return ENDS.find((end) => pull.labels.includes(endLabel(end)) && CLOSED_ENDS.has(end) === (pull.state === 'closed'));
}

export function wantsRetry(pull: PullRequest): boolean {
  return pull.labels.includes(RETRY_LABEL);
}
