import { quantity, formatBytes, toUnits } from '../../../domain/quantity.ts';
import { endingsOf, failingSince, keepsEnding } from '../container-runs.ts';
import type { Event } from '../../../domain/kubernetes/cluster-objects.ts';
import { SMALLEST_MEMORY } from '../../../domain/quantity.ts';
import { defineDetector } from '../detector.ts';
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
  },
  detect(index, report) {
    for (const view of index.pods) {
      for (const container of view.containers) {
        // 137 with another reason is any SIGKILL, so only the reason is proof.
        const ending = endingsOf(container).find(({ terminated }) => isOutOfMemory(terminated));
        const sandbox = ending === undefined ? tinySandbox(index, view, container) : undefined;
        if (sandbox === undefined && (ending === undefined || !keepsEnding(index, view, container))) continue;
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
        report('memory/oom-killed', {
          object: view.ref,
          container,
          summary: `${describe(container)} is out of memory; ${at}`,
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
