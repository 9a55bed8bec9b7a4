import type { ClusterContext, Controller } from '../context.ts';
import type { Pod } from '../objects.ts';
import { rfc3339 } from '../time.ts';
import { qosClass } from '../kubelet/pod-status.ts';
import { hopeless, nodeProblem, roomProblems } from './node-fit.ts';

/** Gives pods a node, or says why none fits, in the grammar of the scheduler's FitError. */
export function createScheduler(context: ClusterContext): Controller {
  const retries = new Map<string, number>();
  return () => {
    const waiting = context.store
      .list('Pod')
      .filter(({ spec, metadata }) => spec.nodeName === undefined && metadata.deletionTimestamp === undefined);
    for (const pod of waiting) {
      const now = context.clock.now().getTime();
      if (now < (retries.get(pod.metadata.uid) ?? 0)) continue;
      const answer = place(context, pod);
      if ('node' in answer) {
        bind(context, pod, answer.node);
        retries.delete(pod.metadata.uid);
        continue;
      }
      retries.set(pod.metadata.uid, now + context.timing.backoff * 1000);
      refuse(context, pod, answer.message);
    }
    const alive = new Set(waiting.map(({ metadata }) => metadata.uid));
    for (const uid of retries.keys()) if (!alive.has(uid)) retries.delete(uid);
  };
}

function place(context: ClusterContext, pod: Pod): { node: string } | { message: string } {
  const nodes = context.store.list('Node');
  if (nodes.length === 0) return { message: 'no nodes available to schedule pods' };
  const head = `0/${nodes.length} nodes are available: `;
  const claims = claimProblem(context, pod);
  // The scheduler's own text ends so when a check before the nodes fails (observed since 1.32).
  if (claims !== undefined) return { message: `${head}${claims}. not found` };
  const counts = new Map<string, number>();
  let unhelpful = 0;
  for (const node of nodes) {
    const others = context.store
      .list('Pod')
      .filter(
        ({ spec, status }) =>
          spec.nodeName === node.metadata.name && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
      );
    const fixed = nodeProblem(node, pod.spec);
    const problems = fixed === undefined ? roomProblems(node, pod, others) : [fixed];
    if (problems.length === 0) return { node: node.metadata.name };
    if (fixed !== undefined || hopeless(node, pod)) unhelpful++;
    for (const problem of problems) counts.set(problem, (counts.get(problem) ?? 0) + 1);
  }
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  const victims = nodes.length - unhelpful;
  const preemption = [
    ...(victims > 0 ? [`${victims} No preemption victims found for incoming pod`] : []),
    ...(unhelpful > 0 ? [`${unhelpful} Preemption is not helpful for scheduling`] : []),
  ];
  return {
    message: `${head}${reasons.join(', ')}. no new claims to deallocate, preemption: ${head}${preemption.join(', ')}.`,
  };
}

function claimProblem(context: ClusterContext, pod: Pod): string | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    const name = volume.persistentVolumeClaim?.claimName;
    if (name === undefined) continue;
    const claim = context.store.get('PersistentVolumeClaim', pod.metadata.namespace, name);
    if (!claim) return `persistentvolumeclaim "${name}" not found`;
    if (claim.status?.phase === 'Bound') continue;
    const storageClass = context.store.get('StorageClass', undefined, claim.spec.storageClassName ?? '');
    if (storageClass?.volumeBindingMode !== 'WaitForFirstConsumer')
      return 'pod has unbound immediate PersistentVolumeClaims';
    context.store.update(claim, (draft) => {
      draft.metadata.annotations = {
        ...draft.metadata.annotations,
        'volume.kubernetes.io/selected-node': context.store.list('Node')[0]?.metadata.name ?? '',
      };
    });
  }
  return undefined;
}

function bind(context: ClusterContext, pod: Pod, node: string): void {
  const message = `Successfully assigned ${pod.metadata.namespace ?? ''}/${pod.metadata.name} to ${node}`;
  const time = rfc3339(context.clock.now());
  const bound = context.store.update(pod, (draft) => {
    draft.spec.nodeName = node;
    draft.metadata.generation = (draft.metadata.generation ?? 1) - 1;
    draft.status = {
      phase: 'Pending',
      conditions: [
        { lastProbeTime: null, lastTransitionTime: time, observedGeneration: 1, status: 'True', type: 'PodScheduled' },
      ],
      qosClass: qosClass(pod),
    };
  });
  context.events.record(bound, { type: 'Normal', reason: 'Scheduled', message, component: 'default-scheduler' });
}

function refuse(context: ClusterContext, pod: Pod, message: string): void {
  const before = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.lastTransitionTime;
  const since = before ?? rfc3339(context.clock.now());
  context.store.update(pod, (draft) => {
    draft.status = {
      conditions: [
        {
          lastProbeTime: null,
          lastTransitionTime: since,
          message,
          observedGeneration: 1,
          reason: 'Unschedulable',
          status: 'False',
          type: 'PodScheduled',
        },
      ],
      phase: 'Pending',
      qosClass: qosClass(pod),
    };
  });
  context.events.record(pod, { type: 'Warning', reason: 'FailedScheduling', message, component: 'default-scheduler' });
}
