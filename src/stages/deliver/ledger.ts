import type { ForgeReader, ForgeResult, PullRequest } from '../../ports/forge.ts';
import { ok } from '../../domain/result.ts';
import { BRANCH_PREFIX, fingerprintOfBranch } from './naming.ts';
import type { PullRequestState } from './state-block.ts';
import { parseState } from './state-block.ts';

/** One of Remendo's own pull requests with what it remembers. `state` is undefined where its block was edited away. */
export interface OwnPullRequest {
  readonly pull: PullRequest;
  readonly fingerprint: string;
  readonly state: PullRequestState | undefined;
}

/** What Remendo did in one repository, read from the forge: the memory that no local disk is needed for. */
export type Ledger = readonly OwnPullRequest[];

/** Reads all pull requests of Remendo, newest first. */
export async function readLedger(reader: ForgeReader): ForgeResult<Ledger> {
  const pulls = await reader.pullRequests({ headPrefix: BRANCH_PREFIX, state: 'all' });
  if (!pulls.ok) return pulls;
  return ok(
    pulls.value.flatMap((pull) => {
      const fingerprint = fingerprintOfBranch(pull.head.ref);
      return fingerprint === undefined ? [] : [{ pull, fingerprint, state: parseState(pull.body) }];
    }),
  );
}

/** Those of one incident, newest first. */
export function ofIncident(ledger: Ledger, fingerprint: string): Ledger {
  return ledger.filter((own) => own.fingerprint === fingerprint);
}

export const LABEL = 'remendo';

/** The label of an end: `remendo/verified`. */
export function endLabel(end: string): string {
  return `${LABEL}/${end}`;
}

/** The end that a pull request's labels tell, without reading its comments. */
export function labelledEnd(pull: PullRequest): string | undefined {
  return pull.labels.find((label) => label.startsWith(`${LABEL}/`))?.slice(LABEL.length + 1);
}

/** Someone put this label on a closed pull request: Remendo may propose again. */
export const RETRY_LABEL = 'remendo/retry';
