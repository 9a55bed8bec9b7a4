import type { Decision } from '../domain/outcome.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { commitsOf } from '../stages/deliver/deliver.ts';
import type { OwnPullRequest } from '../stages/deliver/ledger.ts';
import { hasStaleEnd } from '../stages/deliver/ledger.ts';
import type { OutcomeState, PullRequestState } from '../stages/deliver/state-block.ts';
import { withdrawEnd } from '../stages/deliver/sticky.ts';
import { readinessOf } from '../stages/verify/readiness.ts';
import type { ForgeMemory } from './forge-memory.ts';
import { outcomeOf, say } from './outcomes.ts';
import type { EnginePorts } from './ports.ts';
import { isSighted } from './sighted.ts';

type Ports = Pick<EnginePorts, 'policy' | 'clock' | 'hide'>;

/**
 * Closes an open pull request whose failure went away: only on positive evidence, several looks in a row, for as long as
 * a fix is watched. An object that is gone or cannot be seen is no evidence, and one that is not ready speaks against it.
 */
export async function closeWhenGone(
  ports: Ports,
  memory: ForgeMemory,
  own: OwnPullRequest,
  state: PullRequestState,
  snapshot: Snapshot,
): Promise<Decision | undefined> {
  const { pull } = own;
  if (!isSighted(snapshot, state)) return undefined;
  const health = readinessOf(snapshot, state.object, pull.createdAt);
  if (health.state === 'gone') return undefined;
  const commits = await commitsOf(memory, own);
  if ('outcome' in commits) return { outcome: commits.outcome, reason: commits.reason };
  const known = await outcomeOf(memory, pull);
  if (!known.ok) return undefined;
  if (health.state === 'not-ready' || health.state === 'idle') {
    await seenAgain(ports, memory, own, `The failure is not reported, but ${health.detail}.`);
    return undefined;
  }
  return count(ports, memory, own, known.value);
}

/**
 * The failure is there (again): looks that did not see it do not count any more, and an end that was written is taken
 * back, lest a person who closes the pull request now is not understood.
 */
export async function seenAgain(
  ports: Pick<Ports, 'hide'>,
  memory: ForgeMemory,
  own: OwnPullRequest,
  detail = 'The failure is seen again.',
): Promise<void> {
  const { pull } = own;
  if (hasStaleEnd(own)) await withdrawEnd(memory.forge, pull);
  const known = await outcomeOf(memory, pull);
  if (known.ok && known.value?.goneFor !== undefined) await say(ports, memory, pull, { end: 'waiting', detail });
}

async function count(
  { policy, clock, hide }: Ports,
  memory: ForgeMemory,
  { pull }: OwnPullRequest,
  known: OutcomeState | undefined,
): Promise<Decision> {
  const number = `pull request #${pull.number}`;
  const { resolvedObservations: needed, soakSeconds } = policy.verify;
  const now = clock.now();
  const noted = known?.goneFor === undefined ? undefined : known.soakSince;
  const soakSince = noted !== undefined && Date.parse(noted) <= now.getTime() ? noted : now.toISOString();
  const goneFor = Math.min((known?.goneFor ?? 0) + 1, needed);
  const soaked = (now.getTime() - Date.parse(soakSince)) / 1000 >= soakSeconds;
  if (goneFor < needed || !soaked) {
    const detail = `The failure was not seen in ${goneFor} of ${needed} looks in a row, since ${soakSince}.`;
    if (goneFor !== known?.goneFor || soakSince !== known.soakSince) {
      await say({ hide }, memory, pull, { end: 'waiting', detail, goneFor, soakSince });
    }
    return { outcome: 'already-open', reason: `${number}: ${detail}` };
  }
  const detail = `The failure was not seen since ${soakSince}, in at least ${needed} looks in a row, and the workload is healthy: this change is not needed any more.`;
  // The label comes before the closing: a pull request that is closed without it counts as rejected.
  const written = await say({ hide }, memory, pull, { end: 'resolved', detail, goneFor, soakSince });
  const closed = written.ok ? await memory.forge.writer.updatePullRequest(pull.number, { state: 'closed' }) : written;
  if (!closed.ok) return { outcome: 'failed', reason: `could not close ${number}: ${closed.error.message}` };
  await deleteOwnBranch(memory, pull);
  return { outcome: 'closed-resolved', reason: `${number}: ${detail}` };
}

/** A branch that somebody has pushed to since this pass began holds work that is nowhere else. */
async function deleteOwnBranch({ forge }: ForgeMemory, { head }: OwnPullRequest['pull']): Promise<void> {
  const tip = await forge.reader.branch(head.ref);
  if (tip.ok && tip.value === head.sha) await forge.writer.deleteBranch(head.ref);
}
