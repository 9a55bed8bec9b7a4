import type { Application } from '../domain/kubernetes/application.ts';
import { isBlind } from '../domain/snapshot.ts';
import type { ApplicationRef } from '../domain/source.ts';
import type { PullRequest } from '../ports/forge.ts';
import { sameRepositoryKey, sourcesOf } from '../stages/locate/spec.ts';
import type { AppliedContext } from '../stages/verify/applied.ts';
import type { Contains } from '../stages/verify/propagation.ts';
import type { FollowScene } from './follow-scene.ts';
import type { EnginePorts } from './ports.ts';

/** What is looked at to see whether the merge of a pull request was applied. */
export async function appliedContextOf(
  { git, policy, clock }: Pick<EnginePorts, 'git' | 'policy' | 'clock'>,
  pull: PullRequest,
  state: { readonly application: ApplicationRef; readonly repoURL: string },
  scene: Pick<FollowScene, 'snapshot'>,
): Promise<AppliedContext & { readonly policy: EnginePorts['policy']['verify'] }> {
  const application = applicationOf(scene, state.application);
  const sources = application && sourcesOf(application.spec);
  const key = sameRepositoryKey(state.repoURL);
  const index = sources?.ok ? sources.value.findIndex(({ repoURL }) => sameRepositoryKey(repoURL) === key) : 0;
  return {
    application,
    applicationsUnread: isBlind(scene.snapshot, 'Application'),
    sourceIndex: Math.max(0, index),
    contains: await containment(git, state.repoURL, pull.mergeCommitSha),
    policy: policy.verify,
    now: clock.now(),
  };
}

function applicationOf(
  { snapshot }: Pick<FollowScene, 'snapshot'>,
  { name, namespace }: ApplicationRef,
): Application | undefined {
  return snapshot.objects.Application.find(
    ({ metadata }) => metadata.name === name && (metadata.namespace ?? namespace) === namespace,
  );
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
