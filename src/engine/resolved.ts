import { isKind } from '../domain/kubernetes/kinds.ts';
import type { Decision } from '../domain/outcome.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { findObject, isBlind } from '../domain/snapshot.ts';
import type { OwnPullRequest } from '../stages/deliver/ledger.ts';
import { foreignCommit } from '../stages/deliver/ownership.ts';
import type { PullRequestState } from '../stages/deliver/state-block.ts';
import { readOutcome, writeOutcome } from '../stages/deliver/sticky.ts';
import { readinessOf } from '../stages/verify/readiness.ts';
import type { ForgeMemory } from './forge-memory.ts';
import type { EnginePorts } from './ports.ts';

/** Closes an open pull request whose failure went away: only on positive evidence, several passes in a row. */
export async function closeWhenGone(
  ports: Pick<EnginePorts, 'policy'>,
  memory: ForgeMemory,
  { pull, fingerprint }: OwnPullRequest,
  state: PullRequestState,
  snapshot: Snapshot,
): Promise<Decision | undefined> {
  if (!isHealthy(snapshot, state)) return undefined;
  const number = `pull request #${pull.number}`;
  const { forge, repository } = memory;
  const known = await readOutcome(forge, pull.number, repository.login);
  if (!known.ok) return undefined;
  const goneFor = (known.value?.goneFor ?? 0) + 1;
  const needed = ports.policy.verify.resolvedObservations;
  if (goneFor < needed) {
    const detail = `The failure was not seen in ${goneFor} of ${needed} looks in a row.`;
    await writeOutcome(forge, pull, { version: 1, end: 'waiting', detail, goneFor });
    return { outcome: 'already-open', reason: `${number}: ${detail}` };
  }
  const foreign = await foreignCommit(forge.reader, pull, fingerprint, repository);
  if (!foreign.ok || foreign.value) {
    return {
      outcome: 'human-edited',
      reason: `${number} holds commits of others, or could not be read: it stays open`,
    };
  }
  const detail = `The failure was not seen in ${goneFor} looks in a row, and the workload is healthy: this change is not needed any more.`;
  const written = await writeOutcome(forge, pull, { version: 1, end: 'resolved', detail, goneFor });
  const closed = written.ok ? await forge.writer.updatePullRequest(pull.number, { state: 'closed' }) : written;
  if (!closed.ok) return { outcome: 'failed', reason: `could not close ${number}: ${closed.error.message}` };
  await forge.writer.deleteBranch(pull.head.ref);
  return { outcome: 'closed-resolved', reason: `${number}: ${detail}` };
}

/** Positive evidence: the object is there, its kind and pods can be read, and where it has a rollout, it is complete. */
function isHealthy(snapshot: Snapshot, { object }: PullRequestState): boolean {
  if (!isKind(object.kind) || isBlind(snapshot, object.kind) || isBlind(snapshot, 'Pod')) return false;
  if (!findObject(snapshot, object.kind, object.name, object.namespace)) return false;
  return readinessOf(snapshot, object).state !== 'not-ready';
}
