import type { ClusterContext, Controller } from '../context.ts';
import type { Pod } from '../objects.ts';
import type { ReplicaSet } from '../workload-objects.ts';
import { omitZero, withCondition, withoutCondition } from './conditions.ts';
import { activePods, createPod, deletePod, isReady } from './pods.ts';

const COMPONENT = 'replicaset-controller';

/** Keeps as many pods as each ReplicaSet asks for; refused pods become FailedCreate events and a ReplicaFailure condition. */
export function createReplicaSetController(context: ClusterContext): Controller {
  const retries = new Map<string, { failures: number; nextAt: number }>();

  const grow = (set: ReplicaSet, missing: number): string | undefined => {
    const retry = retries.get(set.metadata.uid);
    if (retry && context.clock.now().getTime() < retry.nextAt) return 'waiting';
    for (let i = 0; i < missing; i++) {
      const answer = createPod(context, set, set.spec.template, { generateName: `${set.metadata.name}-` });
      if ('refused' in answer) {
        const failures = (retry?.failures ?? 0) + 1;
        const { backoff, maxBackoff } = context.timing;
        const delay = Math.min(maxBackoff, backoff * 2 ** (failures - 1));
        retries.set(set.metadata.uid, { failures, nextAt: context.clock.now().getTime() + delay * 1000 });
        context.events.record(set, {
          type: 'Warning',
          reason: 'FailedCreate',
          message: `Error creating: ${answer.refused}`,
          component: COMPONENT,
        });
        return answer.refused;
      }
      context.events.record(set, {
        type: 'Normal',
        reason: 'SuccessfulCreate',
        message: `Created pod: ${answer.pod.metadata.name}`,
        component: COMPONENT,
      });
    }
    retries.delete(set.metadata.uid);
    return undefined;
  };
  const shrink = (set: ReplicaSet, pods: readonly Pod[], extra: number): void => {
    const order = [...pods].sort(
      (a, b) =>
        Number(isReady(a)) - Number(isReady(b)) ||
        b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp),
    );
    for (const pod of order.slice(0, extra)) {
      deletePod(context, pod);
      context.events.record(set, {
        type: 'Normal',
        reason: 'SuccessfulDelete',
        message: `Deleted pod: ${pod.metadata.name}`,
        component: COMPONENT,
      });
    }
  };
  return () => {
    for (const set of context.store.list('ReplicaSet')) {
      const wanted = set.spec.replicas ?? 1;
      const pods = activePods(context, set);
      const refusal = pods.length < wanted ? grow(set, wanted - pods.length) : undefined;
      if (pods.length > wanted) shrink(set, pods, pods.length - wanted);
      if (wanted === 0) retries.delete(set.metadata.uid);
      report(context, set, refusal);
    }
  };
}

function report(context: ClusterContext, set: ReplicaSet, refusal: string | undefined): void {
  const pods = activePods(context, set);
  const ready = pods.filter(isReady).length;
  const before = set.status?.conditions;
  let conditions = before ?? [];
  if (refusal === undefined) {
    conditions = withoutCondition(before, 'ReplicaFailure');
  } else if (!conditions.some(({ type }) => type === 'ReplicaFailure')) {
    const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: refusal } as const;
    conditions = withCondition(before, failure, context.clock.now());
  }
  context.store.update(set, (draft) => {
    draft.status = omitZero(
      {
        availableReplicas: ready,
        conditions,
        fullyLabeledReplicas: pods.length,
        observedGeneration: draft.metadata.generation ?? 1,
        readyReplicas: ready,
        replicas: pods.length,
      },
      ['replicas'],
    );
  });
}
