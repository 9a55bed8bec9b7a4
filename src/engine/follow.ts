import type { Decision, VerifyEnd } from '../domain/outcome.ts';
import { MOST_FAILURES, failuresOf, isFailure } from '../stages/deliver/held-back.ts';
import type { OwnPullRequest } from '../stages/deliver/ledger.ts';
import { endOf, wantsRetry } from '../stages/deliver/ledger.ts';
import type { OutcomeState, PullRequestState } from '../stages/deliver/state-block.ts';
import type { Verified } from '../stages/verify/verify.ts';
import { verify } from '../stages/verify/verify.ts';
import type { FollowScene } from './follow-scene.ts';
import type { ForgeMemory } from './forge-memory.ts';
import { appliedContextOf } from './merged.ts';
import { outcomeOf, say } from './outcomes.ts';
import { overwritten } from './overwritten.ts';
import type { EnginePorts } from './ports.ts';
import type { FollowReport } from './report.ts';
import { answerRevert } from './revert.ts';
import { closeWhenGone, seenAgain } from './resolved.ts';
import { isSighted } from './sighted.ts';

/** Looks at one of Remendo's own pull requests; undefined where there is nothing to do for it in this pass. */
export async function follow(
  ports: EnginePorts,
  memory: ForgeMemory,
  own: OwnPullRequest,
  scene: FollowScene,
): Promise<FollowReport | undefined> {
  const decision = await decide(ports, memory, own, scene);
  return decision && { fingerprint: own.fingerprint, pullRequest: own.pull.url, title: own.pull.title, decision };
}

async function decide(
  ports: EnginePorts,
  memory: ForgeMemory,
  own: OwnPullRequest,
  scene: FollowScene,
): Promise<Decision | undefined> {
  const { pull, state, fingerprint } = own;
  // Several clusters may be deployed from one repository: each follows its own.
  if (!state || state.cluster !== scene.snapshot.cluster) return undefined;
  const present = scene.incidents.some((incident) => incident.fingerprint === fingerprint);
  const end = endOf(own);
  switch (pull.state) {
    case 'open':
      if (!present) return closeWhenGone(ports, memory, own, state, scene.snapshot);
      await seenAgain(ports, memory, own);
      return undefined;
    case 'closed':
      return end === undefined && !wantsRetry(pull) ? noteRejection(ports, memory, own) : undefined;
    case 'merged':
      if (end === undefined) return followMerged(ports, memory, own, state, scene);
      // What was never applied may be applied late: while the failure is there, that matters.
      return (
        (end === 'never-applied' && present ? await lookAgain(ports, memory, own, state, scene) : undefined) ??
        answerRevert(ports, memory, { ...own, state }, end, scene)
      );
  }
}

async function noteRejection(ports: EnginePorts, memory: ForgeMemory, { pull }: OwnPullRequest): Promise<Decision> {
  const detail =
    'Closed without merge: Remendo takes that as a no for this failure. Label this pull request remendo/retry to be asked again.';
  const written = await say(ports, memory, pull, { end: 'rejected', detail });
  return written.ok
    ? { outcome: 'rejected-before', reason: `pull request #${pull.number} was closed without merge` }
    : { outcome: 'failed', reason: `could not write to pull request #${pull.number}: ${written.error.message}` };
}

async function followMerged(
  ports: EnginePorts,
  memory: ForgeMemory,
  own: OwnPullRequest,
  state: PullRequestState,
  scene: FollowScene,
): Promise<Decision> {
  const { pull } = own;
  const number = `pull request #${pull.number}`;
  const known = await outcomeOf(memory, pull);
  if (!known.ok) return { outcome: 'failed', reason: `could not read ${number}: ${known.error.message}` };
  const past = known.value;
  // An end that was written without its label (a kill came between) is an end: it is not judged a second time.
  const ended = past && isVerifyEnd(past.end) ? past : undefined;
  const verified = ended ? undefined : await look(ports, own, state, scene, past);
  const outcome = verified ? handedOver(outcomeFrom(verified), memory, own) : ended;
  if (!outcome) return { outcome: 'failed', reason: `${number} cannot be followed` };
  if (outcome.end !== 'waiting' || !sameOutcome(past, outcome)) {
    const written = await say(ports, memory, pull, outcome);
    if (!written.ok) return { outcome: 'failed', reason: `could not write to ${number}: ${written.error.message}` };
  }
  const { end, detail } = outcome;
  return { outcome: isVerifyEnd(end) ? end : 'verifying', reason: `${number}: ${detail}` };
}

function isVerifyEnd(end: OutcomeState['end']): end is VerifyEnd['end'] {
  return end !== 'waiting' && end !== 'rejected' && end !== 'resolved' && end !== 'reverted';
}

/** After three fixes that did not help the incident is left to people, and the last of them says so. */
function handedOver(outcome: OutcomeState, { ledger }: ForgeMemory, { fingerprint }: OwnPullRequest): OutcomeState {
  if (!isFailure(outcome.end) || failuresOf(ledger, fingerprint) + 1 < MOST_FAILURES) return outcome;
  const detail = `${outcome.detail} This was fix number ${MOST_FAILURES} for this failure that did not help: Remendo proposes no further one, this needs a person.`;
  return { ...outcome, detail };
}

/** A merged fix that was given up as never applied: says how it did where it was applied since. */
async function lookAgain(
  ports: EnginePorts,
  memory: ForgeMemory,
  own: OwnPullRequest,
  state: PullRequestState,
  scene: FollowScene,
): Promise<Decision | undefined> {
  const verified = await look(ports, own, state, scene, undefined);
  if (verified.end === 'waiting' || verified.end === 'never-applied') return undefined;
  const written = await say(ports, memory, own.pull, outcomeFrom(verified));
  const number = `pull request #${own.pull.number}`;
  return written.ok
    ? { outcome: verified.end, reason: `${number}, applied late: ${verified.detail}` }
    : { outcome: 'failed', reason: `could not write to ${number}: ${written.error.message}` };
}

async function look(
  ports: EnginePorts,
  { pull, fingerprint }: OwnPullRequest,
  state: PullRequestState,
  scene: FollowScene,
  past: OutcomeState | undefined,
): Promise<Verified> {
  const { snapshot, incidents } = scene;
  const applied = await appliedContextOf(ports, pull, state, scene);
  const verified = await verify(
    {
      ...state,
      fingerprint,
      mergedAt: pull.mergedAt ?? pull.updatedAt,
      soakSince: past?.phase === 'soak' ? past.soakSince : undefined,
    },
    {
      ...applied,
      snapshot,
      incidents,
      sighted: isSighted(snapshot, state),
    },
  );
  const { application } = applied;
  const field = saysMuch(verified) && application ? await overwritten(scene, application, state) : undefined;
  if (field === undefined) return verified;
  const detail = `${field} was changed after the merge: how the workload does now says nothing about this fix.`;
  return { end: 'timed-out', detail };
}

/** Ends that say whether a fix was right. */
function saysMuch({ end }: Verified): boolean {
  return end === 'verified' || end === 'not-fixed' || end === 'made-worse';
}

function outcomeFrom(verified: Verified): OutcomeState {
  const { end, detail, reason, soakSince } = verified;
  return {
    version: 1,
    end,
    detail,
    ...(end === 'waiting' ? { phase: verified.phase } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(soakSince === undefined ? {} : { soakSince }),
  };
}

/** Details carry counts that change all the time: only a new end, phase, reason or clock is worth an edit. */
function sameOutcome(a: OutcomeState | undefined, b: OutcomeState): boolean {
  return a?.end === b.end && a.phase === b.phase && a.soakSince === b.soakSince && a.reason === b.reason;
}
