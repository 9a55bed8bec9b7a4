import type { ChangeSet } from '../../domain/change-set.ts';
import { sha256 } from '../../domain/fingerprint.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Delivered } from './delivery.ts';
import type { Ledger } from './ledger.ts';
import { endOf, wantsRetry } from './ledger.ts';
import type { PullRequestState } from './state-block.ts';

/**
 * What another incident's pull request says about this edit, where it makes the very same one (a value that several
 * workloads share): open, it does for this incident too; closed by people, it was refused for this incident too.
 */
export function twin(ledger: Ledger, state: PullRequestState): Delivered | undefined {
  const same = ledger.filter((own) => own.state && own.fingerprint !== state.fingerprint && isSame(own.state, state));
  const open = same.find(({ pull }) => pull.state === 'open');
  if (open) {
    const reason = `pull request #${open.pull.number} makes this very edit, for ${nameOf(open.state)}`;
    return { outcome: 'already-open', reason, pull: open.pull };
  }
  const refused = same.find(
    (own) => own.pull.state === 'closed' && endOf(own) !== 'resolved' && !wantsRetry(own.pull),
  )?.pull;
  if (!refused) return undefined;
  const reason = `pull request #${refused.number} with this very edit was closed without merge`;
  return { outcome: 'rejected-before', reason, pull: refused };
}

/** Equal for change sets that write the same into the same files. */
export function editKey({ repoURL, files }: Pick<ChangeSet, 'repoURL' | 'files'>): string {
  return canonicalJson([repoURL, files.map(({ path, before, after }) => [path, sha256(before), sha256(after)])]);
}

/** The same bytes; or, on a base that moved on, the same change of the same objects. */
function isSame(a: PullRequestState, b: PullRequestState): boolean {
  if (a.repoURL !== b.repoURL) return false;
  return canonicalJson(a.files) === canonicalJson(b.files) || canonicalJson(a.changes) === canonicalJson(b.changes);
}

function nameOf(state: PullRequestState | undefined): string {
  return state ? `${state.object.kind} ${state.object.namespace ?? ''}/${state.object.name}` : 'another workload';
}
