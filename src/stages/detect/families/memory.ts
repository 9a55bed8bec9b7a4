import { quantity, formatBytes, toUnits } from '../../../domain/quantity.ts';
import { endingsOf, failingSince, keepsEnding } from '../container-runs.ts';
import type { Event } from '../../../domain/kubernetes/cluster-objects.ts';
import { SMALLEST_MEMORY } from '../../../domain/quantity.ts';
import type { ObjectRef } from '../../../domain/object-ref.ts';
import { defineDetector } from '../detector.ts';
import { firstSeen, lastSeen } from '../event-index.ts';
import { eventEvidence, fieldEvidence } from '../evidence.ts';
import { tellsTinyMemory } from '../messages/runtime-error.ts';
import type { ContainerView, PodView } from '../pod-view.ts';
import { describe } from '../pod-view.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

/** Containers that the kernel ends for want of memory. Facts: `memoryLimit` (absent without a limit), `restarts`, `exitCode`. */
export const memory = defineDetector({
  name: 'memory',
  needs: ['Pod'],
  causes: {
    'memory/oom-killed': {
      title: 'Out of memory',
      severity: 'critical',
      docs: 'The kernel ended the container because it used more memory than its limit, or than the node has.',
    },
    'memory/node-out-of-memory': {
      title: 'Node out of memory',
      severity: 'critical',
      docs: 'The kernel ended the container when the node as a whole ran out of memory (event `SystemOOM`): its own limit is not why.',
    },
  },
  detect(index, report) {
    for (const view of index.pods) {
      for (const container of view.containers) {
        // 137 with another reason is any SIGKILL, so only the reason is proof.
        const ending = endingsOf(container).find(({ terminated }) => isOutOfMemory(terminated));
        const sandbox = ending === undefined ? tinySandbox(index, view, container) : undefined;
        if (sandbox === undefined && (ending === undefined || !keepsEnding(index, view, container))) continue;
        const shortage = sandbox === undefined ? systemOutOfMemory(index, view, container) : undefined;
        const limit = memoryLimit(container);
        const { exitCode, finishedAt, reason = '', message = '' } = ending?.terminated ?? {};
        const restarts = container.status?.restartCount;
        const at = limit === undefined ? 'has no memory limit of its own' : `its memory limit is ${formatBytes(limit)}`;
        const path = `${container.path}.${ending?.path}`;
        const told = `${reason}, exit code ${exitCode}${reason === 'OOMKilled' ? '' : `: ${message}`}`;
        const evidence = [sandbox ? eventEvidence(view.ref, sandbox) : fieldEvidence(view.ref, path, told, finishedAt)];
        if (restarts !== undefined) {
          evidence.push(fieldEvidence(view.ref, `${container.path}.restartCount`, String(restarts)));
        }
        if (shortage) evidence.push(eventEvidence(refOfNode(view), shortage));
        const what = shortage
          ? `was killed while node ${view.pod.spec.nodeName} ran out of memory`
          : 'is out of memory';
        report(shortage ? 'memory/node-out-of-memory' : 'memory/oom-killed', {
          object: view.ref,
          container,
          summary: `${describe(container)} ${what}; ${at}`,
          since: failingSince(index, view, container),
          evidence,
          facts: {
            ...(exitCode === undefined ? {} : { exitCode }),
            ...(restarts === undefined ? {} : { restarts }),
            ...(limit === undefined ? {} : { memoryLimit: limit }),
          },
        });
      }
    }
  },
});

/** The kernel killed the process, or the runtime could not even start it in so little. */
function isOutOfMemory({
  reason,
  message = '',
}: {
  reason?: string | undefined;
  message?: string | undefined;
}): boolean {
  return reason === 'OOMKilled' || (reason === 'StartError' && tellsTinyMemory(message));
}

/** Events of the kubelet and times of the runtime differ by moments; the kubelet reads the kernel's log as it is written. */
const SAME_MOMENT = 10_000;

/**
 * The event of the whole node's shortage that every end for want of memory goes with; undefined where one of them has none.
 * The kubelet tells `SystemOOM` where the kernel names no cgroup whose limit was hit (pkg/kubelet/oom/oom_watcher_linux.go,
 * cAdvisor utils/oomparser), so a kill by a container's own limit has no such event.
 */
function systemOutOfMemory(index: SnapshotIndex, view: PodView, container: ContainerView): Event | undefined {
  if (view.pod.spec.nodeName === undefined) return undefined;
  // Events of objects without a namespace are kept in this one.
  const node = { ...refOfNode(view), namespace: 'default' };
  const told = index.eventsOf(node).filter(({ reason }) => reason === 'SystemOOM');
  const ends = endingsOf(container).filter(({ terminated }) => isOutOfMemory(terminated));
  const found = ends.map(({ terminated: { finishedAt = '' } }) =>
    told.find((event) =>
      [firstSeen(event), lastSeen(event)].some(
        (time = '') => Math.abs(Date.parse(time) - Date.parse(finishedAt)) <= SAME_MOMENT,
      ),
    ),
  );
  return found.every((event) => event !== undefined) ? found[0] : undefined;
}

function refOfNode({ pod }: PodView): ObjectRef {
  return { apiVersion: 'v1', kind: 'Node', name: pod.spec.nodeName ?? '' };
}

/** The pod's sandbox has the limits of its containers together: below a few MiB nothing starts at all. */
function tinySandbox(index: SnapshotIndex, view: PodView, container: ContainerView): Event | undefined {
  const limit = memoryLimit(container);
  if (container.status?.state?.running !== undefined || limit === undefined || limit >= SMALLEST_MEMORY)
    return undefined;
  return index
    .eventsOf(view.ref, view.pod.metadata)
    .find(({ reason, message = '' }) => reason === 'FailedCreatePodSandBox' && tellsTinyMemory(message));
}

/** What the kubelet enforced wins over the spec: a limit may have been resized, or set by a LimitRange. */
function memoryLimit({ spec, status }: ContainerView): number | undefined {
  const limit = quantity(status?.resources?.limits?.memory ?? spec.resources?.limits?.memory);
  return limit === undefined ? undefined : toUnits(limit);
}
