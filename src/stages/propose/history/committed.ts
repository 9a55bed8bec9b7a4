import { findObject } from '../../../domain/snapshot.ts';
import { livingPods } from './outside.ts';
import { failingPods, revisionOf } from '../ran-before.ts';
import type { ProposeContext, SourceVersion } from '../proposer.ts';
import type { Beginning } from './beginning.ts';
import { SAME_ROLLOUT } from './beginning.ts';
import type { Deployment } from '../deployments.ts';
import { around, deploymentsOf, statesOf } from '../deployments.ts';
import { time } from '../time.ts';

/** The deployment that broke a workload, and the one before it. */
export type Pair = NonNullable<ReturnType<typeof around>>;

/**
 * The two states around a rollout, from Git, where so many deployments came since that the Application's history holds them no
 * more (Argo CD keeps ten by default, `spec.revisionHistoryLimit`, and counts them on in `id`). With automated sync a
 * commit is deployed within minutes, so the last one that changed the declaration is the one that broke the workload where
 * its first pods were made as soon as that; and the workload's own status must say that another revision ran.
 */
export function committedPair(
  context: ProposeContext,
  { rolloutAt, templateRan, witness }: Beginning,
  versions: readonly SourceVersion[],
  declared: (deployment: Deployment) => string | undefined,
): Pair | undefined {
  const { applicationStatus, location } = context;
  const automated = location.spec.syncPolicy?.automated;
  const [oldest] = deploymentsOf(applicationStatus, location);
  const dropped = Math.min(...(applicationStatus.history ?? []).map(({ id = 0 }) => id));
  if (!automated || automated.enabled === false || !oldest || !(dropped > 1)) return undefined;
  if (rolloutAt === undefined || templateRan || oldest.startedAt < rolloutAt) return undefined;
  if (witness === undefined && !replacesRevision(context)) return undefined;
  const commits = versions.flatMap(({ commit: { revision, committedAt } }): Deployment[] => {
    const startedAt = time(committedAt);
    return startedAt === undefined || startedAt >= oldest.startedAt
      ? []
      : [{ revision, startedAt, deployedAt: committedAt }];
  });
  const pair = around(statesOf(commits.toReversed(), declared), rolloutAt);
  return pair && rolloutAt - pair.broke.startedAt <= SAME_ROLLOUT ? pair : undefined;
}

/**
 * Whether the pods that fail are to replace those of another revision, and have not done so: a StatefulSet's status names both until
 * all are ready (pkg/controller/statefulset, completeRollingUpdate), a DaemonSet has pods of both.
 */
function replacesRevision(context: ProposeContext): boolean {
  const { kind, name, namespace } = context.incident.object;
  const failing = failingPods(context);
  if (kind === 'DaemonSet') {
    const revisions = new Set(failing.map(revisionOf));
    return livingPods(context).some((pod) => !revisions.has(revisionOf(pod)));
  }
  if (kind !== 'StatefulSet') return false;
  const { currentRevision, updateRevision } = findObject(context.snapshot, kind, name, namespace)?.status ?? {};
  if (currentRevision === undefined || updateRevision === undefined || currentRevision === updateRevision) return false;
  return failing.every((pod) => revisionOf(pod) === `${kind}/${name}/${updateRevision}`);
}
