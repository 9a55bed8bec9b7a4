import type { ClusterContext } from '../context.ts';
import type { Condition } from '../objects.ts';
import type { Deployment, ReplicaSet } from '../workload-objects.ts';
import { rfc3339 } from '../time.ts';
import { omitZero, withCondition, withoutCondition } from './conditions.ts';
import { maxUnavailable } from './rollout.ts';
import { templateHash } from './template-hash.ts';

interface Counts {
  replicas: number;
  updated: number;
  ready: number;
  available: number;
}

/** Writes status and conditions as pkg/controller/deployment/progress.go does. */
export function deploymentStatus(context: ClusterContext, deployment: Deployment, sets: readonly ReplicaSet[]): void {
  const name = `${deployment.metadata.name}-${templateHash(deployment.spec.template)}`;
  const current = sets.find((set) => set.metadata.name === name);
  const add = (of: (set: ReplicaSet) => number | undefined): number =>
    sets.reduce((all, set) => all + (of(set) ?? 0), 0);
  const counts: Counts = {
    replicas: add((set) => set.status?.replicas),
    updated: current?.status?.replicas ?? 0,
    ready: add((set) => set.status?.readyReplicas),
    available: add((set) => set.status?.availableReplicas),
  };
  const desired = deployment.spec.replicas ?? 1;
  const now = context.clock.now();
  const enough = counts.available >= desired - maxUnavailable(deployment);
  let conditions = withCondition(
    deployment.status?.conditions,
    enough
      ? {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    now,
    true,
  );
  conditions = replicaFailure(conditions, sets, current, now);
  conditions = progress({ context, deployment, counts, conditions, set: name });
  context.store.update(deployment, (draft) => {
    draft.status = omitZero({
      availableReplicas: counts.available,
      conditions,
      observedGeneration: draft.metadata.generation ?? 1,
      readyReplicas: counts.ready,
      replicas: counts.replicas,
      unavailableReplicas: Math.max(0, Math.max(desired, counts.replicas) - counts.available),
      updatedReplicas: counts.updated,
    });
  });
}

function replicaFailure(
  conditions: Condition[],
  sets: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
  now: Date,
): Condition[] {
  const failing = [current, ...sets].flatMap(
    (set) => set?.status?.conditions?.find(({ type }) => type === 'ReplicaFailure') ?? [],
  )[0];
  if (!failing) return withoutCondition(conditions, 'ReplicaFailure');
  const { type, status, reason, message } = failing;
  return withCondition(
    conditions,
    { type, status, ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) },
    now,
    true,
  );
}

interface Rollout {
  readonly context: ClusterContext;
  readonly deployment: Deployment;
  readonly counts: Counts;
  readonly conditions: Condition[];
  /** Name of the ReplicaSet of the current template. */
  readonly set: string;
}

function progress(rollout: Rollout): Condition[] {
  const { context, deployment, counts, conditions, set } = rollout;
  const now = context.clock.now();
  const say = (reason: string, message: string, touch = false): Condition[] => {
    const status = reason === 'ProgressDeadlineExceeded' ? 'False' : 'True';
    const next = withCondition(conditions, { type: 'Progressing', status, reason, message }, now, true);
    return touch
      ? next.map((one) => (one.type === 'Progressing' ? { ...one, lastUpdateTime: rfc3339(now) } : one))
      : next;
  };
  const before = conditions.find(({ type }) => type === 'Progressing');
  const known = before?.message?.includes(`"${set}"`) === true;
  if (deployment.spec.paused === true) return say('DeploymentPaused', 'Deployment is paused');
  // A Deployment that was once complete stays so until its next rollout, whatever its pods do.
  const wasComplete = before?.reason === 'NewReplicaSetAvailable';
  if (wasComplete && known && counts.replicas === counts.updated) return conditions;
  const desired = deployment.spec.replicas ?? 1;
  if (counts.updated === desired && counts.replicas === desired && counts.available === desired) {
    return say('NewReplicaSetAvailable', `ReplicaSet "${set}" has successfully progressed.`);
  }
  const changed = deployment.metadata.generation !== deployment.status?.observedGeneration;
  if (!before || (changed && !known)) return say('NewReplicaSetCreated', `Created new replica set "${set}"`, true);
  if (hasMoved(rollout)) return say('ReplicaSetUpdated', `ReplicaSet "${set}" is progressing.`, true);
  const limit = Math.min(deployment.spec.progressDeadlineSeconds ?? 600, context.timing.progressDeadline);
  const since = Date.parse(before.lastUpdateTime ?? before.lastTransitionTime ?? '');
  if (wasComplete || now.getTime() - since <= limit * 1000) return conditions;
  return say('ProgressDeadlineExceeded', `ReplicaSet "${set}" has timed out progressing.`);
}

/** Whether anything got better since the last status. */
function hasMoved({ deployment, counts }: Rollout): boolean {
  const old = deployment.status ?? {};
  const stale = (old.replicas ?? 0) - (old.updatedReplicas ?? 0);
  return (
    counts.updated > (old.updatedReplicas ?? 0) ||
    counts.replicas - counts.updated < stale ||
    counts.ready > (old.readyReplicas ?? 0) ||
    counts.available > (old.availableReplicas ?? 0)
  );
}
