import type { Decision } from '../domain/outcome.ts';
import type { RevertPullRequest } from '../stages/deliver/ledger.ts';
import { LABEL, REVERT_LABEL, endOf, hasStaleEnd } from '../stages/deliver/ledger.ts';
import type { OutcomeState, RevertState } from '../stages/deliver/state-block.ts';
import { withdrawEnd } from '../stages/deliver/sticky.ts';
import { verifyRevert } from '../stages/verify/revert.ts';
import type { FollowScene } from './follow-scene.ts';
import type { ForgeMemory } from './forge-memory.ts';
import { appliedContextOf } from './merged.ts';
import { outcomeOf, say } from './outcomes.ts';
import type { EnginePorts } from './ports.ts';
import type { FollowReport } from './report.ts';

/** Looks at a pull request that puts another one back; undefined where there is nothing to do for it in this pass. */
export async function followRevert(
  ports: EnginePorts,
  memory: ForgeMemory,
  revert: RevertPullRequest,
  scene: FollowScene,
): Promise<FollowReport | undefined> {
  const { pull, state, fingerprint } = revert;
  if (!state || state.cluster !== scene.snapshot.cluster) return undefined;
  const decision = await decide(ports, memory, { ...revert, state }, scene);
  return decision && { fingerprint, pullRequest: pull.url, title: pull.title, decision };
}

type Own = RevertPullRequest & { readonly state: RevertState };

async function decide(
  ports: EnginePorts,
  memory: ForgeMemory,
  revert: Own,
  scene: FollowScene,
): Promise<Decision | undefined> {
  const { pull } = revert;
  const number = `pull request #${pull.number}`;
  if (pull.state === 'open') {
    if (hasStaleEnd(revert)) await withdrawEnd(memory.forge, pull);
    // Missing after a kill.
    else if (!pull.labels.includes(REVERT_LABEL))
      await memory.forge.writer.setLabels(pull.number, [LABEL, REVERT_LABEL]);
    return undefined;
  }
  if (endOf(revert) !== undefined) return undefined;
  if (pull.state === 'closed') {
    const detail = `Closed without merge: what #${revert.of} changed stays.`;
    const written = await say(ports, memory, pull, { end: 'rejected', detail });
    if (!written.ok) return unwritten(pull.number, written.error.message);
    return { outcome: 'rejected-before', reason: `${number}, a revert, was closed without merge` };
  }
  const known = await outcomeOf(memory, pull);
  if (!known.ok) return { outcome: 'failed', reason: `could not read ${number}: ${known.error.message}` };
  const past = known.value;
  const outcome = past && isEnd(past) ? past : await look(ports, revert, scene);
  if (outcome.end !== 'waiting' || past?.reason !== outcome.reason) {
    const written = await say(ports, memory, pull, outcome);
    if (!written.ok) return unwritten(pull.number, written.error.message);
  }
  const reason = `${number}: ${outcome.detail}`;
  if (outcome.end === 'reverted') return { outcome: 'reverted', reason };
  return { outcome: outcome.end === 'never-applied' ? 'never-applied' : 'reverting', reason };
}

/** An end that was written without its label (a kill came between) is not judged a second time. */
function isEnd({ end }: OutcomeState): boolean {
  return end === 'reverted' || end === 'never-applied';
}

async function look(
  ports: EnginePorts,
  { pull, state }: Own,
  scene: FollowScene,
): Promise<OutcomeState & { readonly reason?: string }> {
  const merge = { mergedAt: pull.mergedAt ?? pull.updatedAt, objects: state.objects };
  const seen = await verifyRevert(merge, await appliedContextOf(ports, pull, state, scene));
  return { version: 1, ...seen, ...(seen.end === 'waiting' ? { phase: 'propagation' as const } : {}) };
}

function unwritten(number: number, message: string): Decision {
  return { outcome: 'failed', reason: `could not write to pull request #${number}: ${message}` };
}
