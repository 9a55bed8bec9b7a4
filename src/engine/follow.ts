import type { Incident } from '../domain/incident.ts';
import type { Decision } from '../domain/outcome.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { OwnPullRequest } from '../stages/deliver/ledger.ts';
import { labelledEnd } from '../stages/deliver/ledger.ts';
import type { OutcomeState, PullRequestState } from '../stages/deliver/state-block.ts';
import { readOutcome, writeOutcome } from '../stages/deliver/sticky.ts';
import type { Verified } from '../stages/verify/verify.ts';
import { verify } from '../stages/verify/verify.ts';
import type { ForgeMemory } from './forge-memory.ts';
import type { EnginePorts } from './ports.ts';
import type { FollowReport } from './report.ts';
import { closeWhenGone } from './resolved.ts';

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
  const ended = labelledEnd(pull) !== undefined;
  if (pull.state === 'merged') return ended ? undefined : followMerged(ports, memory, own, state, scene);
  if (pull.state === 'closed') return ended ? undefined : noteRejection(memory, own);
  const present = scene.incidents.some((incident) => incident.fingerprint === fingerprint);
  return present ? undefined : closeWhenGone(ports, memory, own, state, scene.snapshot);
}

async function noteRejection(memory: ForgeMemory, { pull }: OwnPullRequest): Promise<Decision> {
  const detail =
    'Closed without merge: Remendo takes that as a no for this failure. Label this pull request remendo/retry to be asked again.';
  const written = await writeOutcome(memory.forge, pull, { version: 1, end: 'rejected', detail });
  return written.ok
    ? { outcome: 'rejected-before', reason: `pull request #${pull.number} was closed without merge` }
    : { outcome: 'failed', reason: `could not write to pull request #${pull.number}: ${written.error.message}` };
}

async function followMerged(
  ports: EnginePorts,
  memory: ForgeMemory,
  { pull, fingerprint }: OwnPullRequest,
  state: PullRequestState,
  { snapshot, incidents }: FollowScene,
): Promise<Decision> {
  const number = `pull request #${pull.number}`;
  const known = await readOutcome(memory.forge, pull.number, memory.repository.login);
  if (!known.ok) return { outcome: 'failed', reason: `could not read ${number}: ${known.error.message}` };
  const { name, namespace } = state.application;
  const application = snapshot.objects.Application.find(
    ({ metadata }) => metadata.name === name && (metadata.namespace ?? namespace) === namespace,
  );
  const sources = application?.spec.sources ?? [];
  const verified = await verify(
    { ...state, fingerprint, mergedAt: pull.mergedAt ?? pull.updatedAt, soakSince: known.value?.soakSince },
    {
      snapshot,
      incidents,
      application,
      sourceIndex: Math.max(
        0,
        sources.findIndex(({ repoURL }) => repoURL === state.repoURL),
      ),
      contains: await containment(ports, state.repoURL, pull.mergeCommitSha),
      policy: ports.policy.verify,
      now: ports.clock.now(),
    },
  );
  const outcome = outcomeOf(verified);
  if (!sameOutcome(known.value, outcome)) {
    const written = await writeOutcome(memory.forge, pull, outcome);
    if (!written.ok) return { outcome: 'failed', reason: `could not write to ${number}: ${written.error.message}` };
  }
  return { outcome: verified.end === 'waiting' ? 'verifying' : verified.end, reason: `${number}: ${verified.detail}` };
}

/** Whether a revision contains the merge commit; "no" while Git cannot be asked. */
async function containment(
  { git }: Pick<EnginePorts, 'git'>,
  repoURL: string,
  merge: string | undefined,
): Promise<(revision: string) => Promise<boolean>> {
  const repository = await git.open(repoURL);
  if (!repository.ok || merge === undefined) return async () => false;
  return async (revision) => {
    const answer = await repository.value.isAncestor(merge, revision);
    return answer.ok && answer.value;
  };
}

function outcomeOf(verified: Verified): OutcomeState {
  return {
    version: 1,
    end: verified.end,
    detail: verified.detail,
    ...(verified.end === 'waiting' ? { phase: verified.phase } : {}),
    ...(verified.end === 'never-applied' ? { reason: verified.reason } : {}),
    ...(verified.soakSince === undefined ? {} : { soakSince: verified.soakSince }),
  };
}

/** Details carry counts that change all the time: only a new end, phase or clock is worth an edit. */
function sameOutcome(a: OutcomeState | undefined, b: OutcomeState): boolean {
  return a?.end === b.end && a.phase === b.phase && a.soakSince === b.soakSince && a.reason === b.reason;
}
