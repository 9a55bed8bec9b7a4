import { compareText } from '../../../domain/compare-text.ts';
import { lastSeen } from '../event-index.ts';
import { defineDetector } from '../detector.ts';
import { eventEvidence, fieldEvidence } from '../evidence.ts';
import type { Obstacle } from '../messages/scheduler.ts';
import { insufficientResource, isSystemTaint, obstacleOf, parseUnschedulable } from '../messages/scheduler.ts';
import type { NodeConstraints } from '../node-match.ts';
import { checkNodeConstraints, meetsOwnTaint } from '../node-match.ts';
import { placedVolumes } from '../placed-volumes.ts';
import type { PodView } from '../pod-view.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

type Cause = keyof typeof CAUSES;
const CAUSES = {
  'scheduling/insufficient-resources': {
    title: 'No node has room',
    severity: 'critical',
    docs: 'No node that the pod may run on has what it requests.',
  },
  'scheduling/node-selector': {
    title: 'No node matches the selector',
    severity: 'critical',
    docs: 'The nodeSelector asks for labels that no node has.',
  },
  'scheduling/taint': {
    title: 'Taint not tolerated',
    severity: 'critical',
    docs: 'The nodes that remain have taints that the pod does not tolerate.',
  },
  'scheduling/affinity': {
    title: 'Affinity cannot be met',
    severity: 'critical',
    docs: 'Node affinity, pod affinity or topology spread leave no node.',
  },
  'scheduling/host-port': {
    title: 'Host port is taken',
    severity: 'critical',
    docs: 'Every node that remains has the host port in use by another pod.',
  },
  'scheduling/volume-elsewhere': {
    title: 'Volume is on another node',
    severity: 'critical',
    docs: 'A volume of the pod can only be used on nodes (or in a zone) that do not take the pod; no manifest moves it.',
  },
  'scheduling/other': {
    title: 'Not schedulable',
    severity: 'critical',
    docs: 'The scheduler finds no node, for a reason in other words.',
  },
} as const;

// Cluster autoscalers announce new nodes; bringing one up takes minutes.
const SCALE_UP = new Set(['TriggeredScaleUp', 'Nominated']);
const SCALE_UP_SECONDS = 900;
// Making a volume takes as long where all is well.
const PROVISIONING_SECONDS = 300;

/** Pods that no node takes. Facts: `unschedulable`, `selector`. Subject: the label pairs, for node selectors only. */
export const scheduling = defineDetector({
  name: 'scheduling',
  needs: ['Pod'],
  causes: CAUSES,
  detect(index, report) {
    for (const view of index.pods) {
      const { pod, ref } = view;
      const condition = pod.status?.conditions?.find(
        ({ type, status }) => type === 'PodScheduled' && status === 'False',
      );
      if (condition === undefined || condition.reason === 'SchedulingGated') continue;
      const since = condition.lastTransitionTime ?? pod.metadata.creationTimestamp;
      const event = index.eventsOf(ref, pod.metadata).find(({ reason }) => reason === 'FailedScheduling');
      const message = condition.message ?? event?.message ?? '';
      const { reasons } = parseUnschedulable(message);
      const obstacles = obstaclesOf(index, view, reasons);
      const waitsForClaim = obstacles.has('claim-unbound') || obstacles.has('no-volume');
      const patience = Math.max(index.policy.minimumAgeSeconds, waitsForClaim ? PROVISIONING_SECONDS : 0);
      if (index.age(since) < patience || awaitsNode(index, view)) continue;
      const constraints = checkNodeConstraints(index, pod.spec);
      const cause = causeOf(obstacles, constraints, condition.reason);
      const pairs = Object.entries(constraints.selector).sort(([a], [b]) => compareText(a, b));
      const selector = cause === 'scheduling/node-selector' && pairs.length > 0 ? constraints.selector : undefined;
      const subject = selector && pairs.map(([key, value]) => `${key}=${value}`).join(',');
      const volumes = cause === 'scheduling/volume-elsewhere' ? placedVolumes(index, pod) : [];
      report(cause, {
        object: ref,
        subject,
        summary: summaryOf(
          cause,
          subject === undefined ? [...lackingOf(reasons), ...volumes.map(({ words }) => words)] : [subject],
        ),
        since,
        evidence: [
          fieldEvidence(ref, 'status.conditions[type=PodScheduled].message', message, condition.lastTransitionTime),
          ...(subject === undefined ? [] : [fieldEvidence(ref, 'spec.nodeSelector', subject)]),
          ...volumes.map(({ evidence }) => evidence),
          ...(event === undefined ? [] : [eventEvidence(ref, event)]),
        ],
        facts: { unschedulable: reasons, ...(selector === undefined ? {} : { selector }) },
      });
    }
  },
});

function lackingOf(reasons: readonly { readonly reason: string }[]): string[] {
  return reasons.map(({ reason }) => insufficientResource(reason)).filter((name) => name !== undefined);
}

function summaryOf(cause: Cause, details: readonly string[]): string {
  const detail = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return `pods are not scheduled: ${CAUSES[cause].title.toLowerCase()}${detail}`;
}

/** What stands in the way; taints that Kubernetes itself puts on nodes do not count. */
function obstaclesOf(
  index: SnapshotIndex,
  { pod }: PodView,
  reasons: readonly { readonly reason: string }[],
): ReadonlySet<Obstacle> {
  const own = reasons.filter(({ reason }) => !isSystemTaint(reason)).map(({ reason }) => obstacleOf(reason));
  return new Set(own.filter((obstacle) => obstacle !== 'taint' || meetsOwnTaint(index, pod.spec)));
}

function awaitsNode(index: SnapshotIndex, { pod, ref }: PodView): boolean {
  return index
    .eventsOf(ref, pod.metadata)
    .some((event) => SCALE_UP.has(event.reason ?? '') && index.age(lastSeen(event)) < SCALE_UP_SECONDS);
}

/**
 * The scheduler gives each node's first obstacle only, so a node that lacks memory has passed selector and taints: what
 * comes later in its order says more. A selector that some node meets is not the obstacle, whatever the other nodes say.
 * Where a claim is the obstacle, the storage detector may know more, and explains it.
 */
function causeOf(obstacles: ReadonlySet<Obstacle>, { blocking }: NodeConstraints, reason: string | undefined): Cause {
  if (reason === 'SchedulerError') return 'scheduling/other';
  if (obstacles.has('claim-missing') || obstacles.has('claim-unbound')) return 'scheduling/other';
  const blocked = blocking !== 'none' && blocking !== 'unknown';
  if (blocked && (obstacles.has('selector') || obstacles.size === 0)) {
    return blocking === 'node-affinity' ? 'scheduling/affinity' : 'scheduling/node-selector';
  }
  if (obstacles.has('no-volume')) return 'scheduling/other';
  if (obstacles.has('resources')) return 'scheduling/insufficient-resources';
  if (obstacles.has('pod-affinity')) return 'scheduling/affinity';
  if (obstacles.has('host-port')) return 'scheduling/host-port';
  if (obstacles.has('volume-elsewhere')) return 'scheduling/volume-elsewhere';
  // Nodes with an obstacle in other words have passed the taints, which are looked at first.
  if (obstacles.has('other')) return 'scheduling/other';
  if (obstacles.has('taint')) return 'scheduling/taint';
  if (obstacles.has('selector')) return 'scheduling/node-selector';
  return 'scheduling/other';
}
