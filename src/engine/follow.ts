import type { Incident } from '../domain/incident.ts';
import type { Decision, VerifyEnd } from '../domain/outcome.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { OwnPullRequest } from '../stages/deliver/ledger.ts';
import { labelledEnd, wantsRetry } from '../stages/deliver/ledger.ts';
import type { OutcomeState, PullRequestState } from '../stages/deliver/state-block.ts';
import { sameRepositoryKey, sourcesOf } from '../stages/locate/spec.ts';
import type { Contains } from '../stages/verify/propagation.ts';
import type { Verified } from '../stages/verify/verify.ts';
import { verify } from '../stages/verify/verify.ts';
import type { ForgeMemory } from './forge-memory.ts';
import { outcomeOf, say } from './outcomes.ts';
import type { EnginePorts } from './ports.ts';
import type { FollowReport } from './report.ts';
import { closeWhenGone, seenAgain } from './resolved.ts';
import { isSighted } from './sighted.ts';

/** What following needs of the pass. */
export interface FollowScene {
  readonly snapshot: Snapshot;
  readonly incidents: readonly Incident[];
}

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
  const end = labelledEnd(pull);
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
      return end === 'never-applied' && present ? lookAgain(ports, memory, own, state, scene) : undefined;
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
  const outcome = verified ? outcomeFrom(verified) : ended;
  if (!outcome) return { outcome: 'failed', reason: `${number} cannot be followed` };
  if (outcome.end !== 'waiting' || !sameOutcome(past, outcome)) {
    const written = await say(ports, memory, pull, outcome);
    if (!written.ok) return { outcome: 'failed', reason: `could not write to ${number}: ${written.error.message}` };
  }
  const { end, detail } = outcome;
  return { outcome: isVerifyEnd(end) ? end : 'verifying', reason: `${number}: ${detail}` };
}

function isVerifyEnd(end: OutcomeState['end']): end is VerifyEnd['end'] {
  return end !== 'waiting' && end !== 'rejected' && end !== 'resolved';
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
  { snapshot, incidents }: FollowScene,
  past: OutcomeState | undefined,
): Promise<Verified> {
  const { name, namespace } = state.application;
  const application = snapshot.objects.Application.find(
    ({ metadata }) => metadata.name === name && (metadata.namespace ?? namespace) === namespace,
  );
  const sources = application && sourcesOf(application.spec);
  const key = sameRepositoryKey(state.repoURL);
  const index = sources?.ok ? sources.value.findIndex(({ repoURL }) => sameRepositoryKey(repoURL) === key) : 0;
  return verify(
    {
      ...state,
      fingerprint,
      mergedAt: pull.mergedAt ?? pull.updatedAt,
      soakSince: past?.phase === 'soak' ? past.soakSince : undefined,
    },
    {
      snapshot,
      incidents,
      sighted: isSighted(snapshot, state),
      application,
      sourceIndex: Math.max(0, index),
      contains: await containment(ports, state.repoURL, pull.mergeCommitSha),
      policy: ports.policy.verify,
      now: ports.clock.now(),
    },
  );
}

/** Whether a revision contains the merge commit; undefined while Git cannot be asked. */
async function containment(
  { git }: Pick<EnginePorts, 'git'>,
  repoURL: string,
  merge: string | undefined,
): Promise<Contains> {
  const repository = merge === undefined ? undefined : await git.open(repoURL);
  if (merge === undefined || !repository?.ok) return async () => undefined;
  return async (revision) => {
    const answer = await repository.value.isAncestor(merge, revision);
    if (answer.ok) return answer.value;
    // A commit that the repository has not got (its history was rewritten) contains nothing.
    return answer.error.code === 'revision-missing' ? false : undefined;
  };
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
