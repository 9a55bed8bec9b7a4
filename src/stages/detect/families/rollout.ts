import type { NewEvidence } from '../../../domain/evidence.ts';
import type { Pod } from '../../../domain/kubernetes/pod.ts';
import { refOfKind } from '../../../domain/snapshot.ts';
import { defineDetector } from '../detector.ts';
import { eventEvidence, fieldEvidence } from '../evidence.ts';
import { DEFAULT_DEADLINE_SECONDS } from '../progress.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

/** Rollouts that stopped moving. Correlation keeps it only where nothing more exact explains it. Facts: `reason`. */
export const rollout = defineDetector({
  name: 'rollout',
  needs: ['Deployment', 'StatefulSet', 'DaemonSet', 'Pod'],
  causes: {
    'rollout/stalled': {
      title: 'Rollout stalled',
      severity: 'critical',
      docs: 'New pods do not become available, and nothing more exact is known.',
    },
  },
  detect(index, report) {
    for (const { metadata, status } of index.snapshot.objects.Deployment) {
      const object = refOfKind('Deployment', metadata);
      const condition = status?.conditions?.find(({ type }) => type === 'Progressing');
      if (condition?.status !== 'False' || !index.judged(object)) continue;
      if (condition.reason !== 'ProgressDeadlineExceeded' && condition.reason !== 'ReplicaSetCreateError') continue;
      const { reason, message = '', lastTransitionTime: since } = condition;
      report('rollout/stalled', {
        object,
        summary: 'the rollout exceeded its progress deadline',
        since,
        evidence: [
          fieldEvidence(object, 'status.conditions[type=Progressing].message', `${reason}: ${message}`, since),
          ...podEvidence(index, index.podsBelow(object)),
        ],
        facts: { reason },
      });
    }
    const { StatefulSet, DaemonSet } = index.snapshot.objects;
    const sets = [
      ...StatefulSet.map(({ metadata }) => refOfKind('StatefulSet', metadata)),
      ...DaemonSet.map(({ metadata }) => refOfKind('DaemonSet', metadata)),
    ];
    for (const object of sets) {
      if (!index.judged(object)) continue;
      const stuck = index.podsBelow(object).filter((pod) => isStuck(index, pod));
      const since = stuck
        .map(({ metadata }) => metadata.creationTimestamp)
        .filter((time) => time !== undefined)
        .sort()[0];
      if (stuck.length === 0) continue;
      report('rollout/stalled', {
        object,
        summary: `${stuck.length} of its pods have not been ready for more than ten minutes`,
        since,
        evidence: podEvidence(index, stuck),
        facts: {},
      });
    }
  },
});

/** Neither kind has a deadline: a pod that was not ready for as long as a Deployment would wait counts as stuck. */
function isStuck(index: SnapshotIndex, { metadata, spec, status }: Pod): boolean {
  if (metadata.deletionTimestamp !== undefined || status?.phase === 'Succeeded') return false;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'False') return false;
  const node = spec.nodeName === undefined ? undefined : index.find('Node', spec.nodeName);
  const alive = node?.status?.conditions?.every(({ type, status: value }) => type !== 'Ready' || value === 'True');
  return alive !== false && index.age(ready.lastTransitionTime) >= DEFAULT_DEADLINE_SECONDS;
}

/** The newest warnings about pods that are not ready: the nearest to a reason that there is. */
function podEvidence(index: SnapshotIndex, pods: readonly Pod[]): NewEvidence[] {
  const unready = pods.filter(({ status }) =>
    status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'False'),
  );
  return unready.slice(0, 3).flatMap((pod) => {
    const ref = refOfKind('Pod', pod.metadata);
    const condition = pod.status?.conditions?.find(({ type }) => type === 'Ready');
    const warning = index.eventsOf(ref, pod.metadata).find(({ type }) => type === 'Warning');
    const text = `${condition?.reason ?? 'Ready=False'}: ${condition?.message ?? ''}`;
    const field = fieldEvidence(ref, 'status.conditions[type=Ready]', text, condition?.lastTransitionTime);
    return warning === undefined ? [field] : [field, eventEvidence(ref, warning)];
  });
}
