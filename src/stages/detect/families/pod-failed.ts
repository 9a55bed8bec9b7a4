import type { OwnerLink } from '../../../domain/owners.ts';
import { refKey } from '../../../domain/object-ref.ts';
import { defineDetector } from '../detector.ts';
import { fieldEvidence } from '../evidence.ts';
import type { PodView } from '../pod-view.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

/** status.reason of pods that a kubelet refused to admit (k8s.io/kubernetes pkg/kubelet/lifecycle). */
const REJECTED =
  /^(OutOf[a-z-]+|UnexpectedAdmissionError|TopologyAffinityError|NodeAffinity|NodeName|NodePorts|AppArmor|PodOSNotSupported|PodOSSelectorNodeLabelDoesNotMatch|InsufficientSecurityContext|Sysctl\w*)$/;
// Failed pods are kept for long; what is older than this is history.
const RECENT_SECONDS = 3600;
// Two ends make one pause: that is no rhythm yet.
const REPEATED = 3;

/** Pods that a node refused or threw out, more than once. Facts: `reason`. Subject: none for evictions, the reason for refusals. */
export const podFailed = defineDetector({
  name: 'pod-failed',
  needs: ['Pod'],
  causes: {
    'node/rejected': {
      title: 'Refused by the node',
      severity: 'critical',
      docs: 'The kubelet of the chosen node does not admit the pod.',
    },
    'pod/evicted': {
      title: 'Evicted',
      severity: 'warning',
      docs: 'The kubelet ended the pod for want of memory, disk or processes, or over its own storage limit.',
    },
  },
  detect(index, report) {
    for (const [kind, views] of grouped(index)) {
      const [first] = views;
      const alone = first?.chain.length === 1;
      if (first === undefined || (!alone && views.length < index.policy.minimumRestarts)) continue;
      // Leftovers of a workload that has all its pods again tell of a failure that is over.
      if (!alone && isServed(index, first.chain) && !goesOn(index, views)) continue;
      for (const { pod, ref } of views) {
        const { reason = '', message = '' } = pod.status ?? {};
        const since = pod.status?.startTime ?? pod.metadata.creationTimestamp;
        report(kind, {
          object: ref,
          subject: kind === 'node/rejected' ? reason : undefined,
          summary: kind === 'node/rejected' ? `nodes refuse the pods (${reason})` : 'pods are evicted again and again',
          since,
          evidence: [fieldEvidence(ref, 'status.message', `${reason}: ${message}`, since)],
          facts: { reason },
        });
      }
    }
  },
});

function* grouped(index: SnapshotIndex): Generator<['node/rejected' | 'pod/evicted', PodView[]]> {
  const groups = new Map<string, PodView[]>();
  for (const view of index.pods) {
    const { phase, reason = '', startTime } = view.pod.status ?? {};
    const kind = reason === 'Evicted' ? 'pod/evicted' : REJECTED.test(reason) ? 'node/rejected' : undefined;
    const age = index.age(startTime ?? view.pod.metadata.creationTimestamp);
    if (phase !== 'Failed' || kind === undefined) continue;
    if (age !== Number.POSITIVE_INFINITY && age > RECENT_SECONDS && view.chain.length > 1) continue;
    const key = `${kind} ${refKey(view.chain.at(-1)?.ref ?? view.ref)}`;
    groups.set(key, [...(groups.get(key) ?? []), view]);
  }
  for (const [key, views] of groups) yield [key.startsWith('pod/') ? 'pod/evicted' : 'node/rejected', views];
}

/** Whether the last of several ends is no longer ago than two of the usual pauses between them: the next may be near. */
function goesOn(index: SnapshotIndex, views: readonly PodView[]): boolean {
  const ends = views
    .map(({ pod }) => index.age(pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime))
    .filter((age) => age !== Number.POSITIVE_INFINITY)
    .sort((a, b) => a - b);
  const [newest, oldest] = [ends[0], ends.at(-1)];
  if (newest === undefined || oldest === undefined || ends.length < REPEATED) return false;
  return newest <= (2 * (oldest - newest)) / (ends.length - 1);
}

function isServed(index: SnapshotIndex, chain: readonly OwnerLink[]): boolean {
  const top = chain.at(-1)?.ref;
  if (top?.kind === 'Deployment' || top?.kind === 'StatefulSet' || top?.kind === 'ReplicaSet') {
    const object = index.find(top.kind, top.name, top.namespace);
    return (object?.status?.readyReplicas ?? 0) >= (object?.spec.replicas ?? 1);
  }
  if (top?.kind !== 'DaemonSet') return false;
  const { numberReady = 0, desiredNumberScheduled = 1 } = index.find(top.kind, top.name, top.namespace)?.status ?? {};
  return numberReady >= desiredNumberScheduled;
}
