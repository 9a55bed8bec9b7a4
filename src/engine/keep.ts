import type { ChangeSet } from '../domain/change-set.ts';
import type { Incident } from '../domain/incident.ts';
import type { Fix } from '../domain/proposal.ts';
import type { Location } from '../domain/source.ts';
import { branchOf, bringUpToDate, commitsOf } from '../stages/deliver/deliver.ts';
import type { OwnPullRequest } from '../stages/deliver/ledger.ts';
import type { PullRequestState } from '../stages/deliver/state-block.ts';
import { sameRepositoryKey } from '../stages/locate/spec.ts';
import type { ForgeMemory } from './forge-memory.ts';
import { followedIn } from './forge-memory.ts';
import { noteWait } from './forge-wait.ts';
import type { Located } from './locate.ts';
import type { Mending } from './mend.ts';
import { editAndProve, mend } from './mend.ts';
import { outcomeOf, say } from './outcomes.ts';
import type { EnginePorts } from './ports.ts';
import { refusal } from './refusal.ts';
import type { ForgeKnowledge, Scene } from './scene.ts';
import type { Step } from './step.ts';
import { observed, shown } from './step.ts';

/** Marks a comment that says that the proof does not hold on the present base. */
const UNPROVEN = 'unproven';

/**
 * An open pull request keeps its fix: asking again could answer differently and would confuse reviewers. It is proven
 * afresh on the present head, and brought up to date when the base changed or there is new evidence. Once somebody else
 * has committed to it, it is theirs.
 */
export async function keep(
  ports: EnginePorts,
  incident: Incident,
  scene: Scene,
  located: Located,
  memory: ForgeMemory,
  own: OwnPullRequest,
  knowledge: ForgeKnowledge,
): Promise<Step> {
  const { pull, state } = own;
  const pullRequest = pull.url;
  const commits = await commitsOf(memory, own);
  if ('outcome' in commits || !state) {
    const { outcome, reason } = 'outcome' in commits ? commits : { outcome: 'human-edited' as const, reason: '' };
    return { answers: [], decision: { outcome, reason }, pullRequest };
  }
  const { location } = located;
  const mending = await again(ports, incident, scene, located, state, knowledge);
  const { chosen, changeSet: edited, proof } = mending;
  const no = refusal(mending)?.reason ?? elsewhere(mending, location, memory, own);
  if (no !== undefined || !chosen || !edited?.ok || !proof) {
    const why = no ?? 'nothing was edited';
    await tellUnproven(ports, memory, own, why);
    const reason = `pull request #${pull.number} is open; on the present head: ${why}`;
    return { ...shown(mending), decision: { outcome: 'already-open', reason }, pullRequest };
  }
  await tellProven(ports, memory, own);
  const changeSet = edited.value;
  const { cluster } = scene.snapshot;
  const targetRevision = followedBy(changeSet, location);
  const delivery = { incident, location, fix: chosen, changeSet, proof, cluster, targetRevision };
  const delivered = await bringUpToDate({ ...ports, ...memory }, delivery, own, commits);
  noteWait(ports, memory.repoURL, delivered.retryAfter);
  return { ...shown(mending), decision: observed(ports, delivered), pullRequest };
}

/** The fix of an open pull request, edited and proven again; another one where somebody has changed what it replaces. */
async function again(
  ports: EnginePorts,
  incident: Incident,
  scene: Scene,
  located: Located,
  { origin, name, rationale, changes, evidence }: PullRequestState,
  knowledge: ForgeKnowledge,
): Promise<Mending> {
  const chosen: Fix = { kind: 'fix', origin, name, rationale, changes, evidence };
  const worked = await editAndProve(ports, incident, scene, located.location, chosen, knowledge);
  const outdated = worked.changeSet?.ok === false && worked.changeSet.error.code === 'test-failed';
  if (outdated) return mend(ports, incident, scene, located, knowledge);
  return { answers: [chosen], why: '', refuted: false, chosen, ...worked };
}

function followedBy({ targetRevision, repoURL }: ChangeSet, location: Location): string {
  return targetRevision ?? followedIn(location, repoURL);
}

/**
 * Why the edit does not belong on this pull request any more: it would be about another repository, or would carry the
 * commits of another base.
 */
function elsewhere(
  { changeSet }: Pick<Mending, 'changeSet'>,
  location: Location,
  { repository, repoURL }: ForgeMemory,
  { pull }: OwnPullRequest,
): string | undefined {
  if (!changeSet?.ok) return undefined;
  if (sameRepositoryKey(changeSet.value.repoURL) !== sameRepositoryKey(repoURL)) {
    return `the change belongs into ${changeSet.value.repoURL} now`;
  }
  const followed = followedBy(changeSet.value, location);
  if (branchOf(followed, repository) === pull.base.ref) return undefined;
  return `it changes ${pull.base.ref}, and the Application follows ${followed} now`;
}

/** Reviewers must not merge on a proof that does not hold any more; said once. */
async function tellUnproven(
  ports: EnginePorts,
  memory: ForgeMemory,
  { pull }: OwnPullRequest,
  why: string,
): Promise<void> {
  const known = await outcomeOf(memory, pull);
  if (!known.ok || known.value?.reason === UNPROVEN) return;
  const detail = `On the present head of the base the proof above does not hold any more. ${why}`;
  await say(ports, memory, pull, { end: 'waiting', reason: UNPROVEN, detail });
}

async function tellProven(ports: EnginePorts, memory: ForgeMemory, { pull }: OwnPullRequest): Promise<void> {
  const known = await outcomeOf(memory, pull);
  if (!known.ok || known.value?.reason !== UNPROVEN) return;
  await say(ports, memory, pull, { end: 'waiting', detail: 'The proof holds again on the present head of the base.' });
}
