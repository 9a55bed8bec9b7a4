import type { Application } from '../domain/kubernetes/application.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import { isBlind } from '../domain/snapshot.ts';
import type { ApplicationRef } from '../domain/source.ts';
import type { PullRequest } from '../ports/forge.ts';
import { findApplication, indexApplications } from '../stages/locate/applications.ts';
import { sameRepositoryKey, sourcesOf } from '../stages/locate/spec.ts';
import type { AppliedContext } from '../stages/verify/applied.ts';
import type { Contains } from '../stages/verify/propagation.ts';
import type { FollowScene } from './follow-scene.ts';
import { marksOf } from './marks.ts';
import type { EnginePorts } from './ports.ts';

/** Where a merged change comes from, as its pull request remembers it. */
interface DeployedFrom {
  readonly application: ApplicationRef;
  readonly repoURL: string;
  readonly object?: ObjectRef;
  readonly objects?: readonly ObjectRef[];
}

/** What is looked at to see whether the merge of a pull request was applied. */
export async function appliedContextOf(
  { git, policy, clock }: Pick<EnginePorts, 'git' | 'policy' | 'clock'>,
  pull: PullRequest,
  state: DeployedFrom,
  scene: Pick<FollowScene, 'snapshot'>,
): Promise<AppliedContext & { readonly policy: EnginePorts['policy']['verify'] }> {
  const application = applicationOf(scene, state);
  const sources = application && sourcesOf(application.spec);
  const key = sameRepositoryKey(state.repoURL);
  const index = sources?.ok ? sources.value.findIndex(({ repoURL }) => sameRepositoryKey(repoURL) === key) : 0;
  return {
    application,
    applicationsUnread: isBlind(scene.snapshot, 'Application'),
    sourceIndex: Math.max(0, index),
    contains: await containment(git, state.repoURL, pull.mergeCommitSha),
    onBranch: () => onBranch(git, state.repoURL, pull),
    policy: policy.verify,
    now: clock.now(),
  };
}

/** The Application of that name; where it is gone, the one that deploys the object from that repository now. */
function applicationOf(
  { snapshot }: Pick<FollowScene, 'snapshot'>,
  { application: { name, namespace }, repoURL, object, objects = [] }: DeployedFrom,
): Application | undefined {
  const named = snapshot.objects.Application.find(
    ({ metadata }) => metadata.name === name && (metadata.namespace ?? namespace) === namespace,
  );
  const ref = object ?? objects[0];
  if (named || !ref) return named;
  const found = findApplication(indexApplications(snapshot), ref, marksOf(snapshot, ref));
  if (!found.ok) return undefined;
  const sources = sourcesOf(found.value.application.spec);
  const key = sameRepositoryKey(repoURL);
  const same = sources.ok && sources.value.some((source) => sameRepositoryKey(source.repoURL) === key);
  return same ? found.value.application : undefined;
}

/** Whether the branch that was merged into still holds the merge; undefined where Git cannot tell. */
async function onBranch(git: EnginePorts['git'], repoURL: string, pull: PullRequest): Promise<boolean | undefined> {
  const repository = await git.open(repoURL);
  const head = repository.ok ? await repository.value.resolve(pull.base.ref) : undefined;
  return head?.ok === true ? (await containment(git, repoURL, pull.mergeCommitSha))(head.value) : undefined;
}

/** Whether a revision contains the merge commit; undefined while Git cannot be asked. */
async function containment(git: EnginePorts['git'], repoURL: string, merge: string | undefined): Promise<Contains> {
  const repository = merge === undefined ? undefined : await git.open(repoURL);
  if (merge === undefined || !repository?.ok) return async () => undefined;
  return async (revision) => {
    const answer = await repository.value.isAncestor(merge, revision);
    if (answer.ok) return answer.value;
    // A commit that the repository has not got (its history was rewritten) contains nothing.
    return answer.error.code === 'revision-missing' ? false : undefined;
  };
}
