import { quantity, formatBytes, toUnits } from '../../../domain/quantity.ts';
import { endingsOf, failingSince, keepsEnding } from '../container-runs.ts';
import { defineDetector } from '../detector.ts';
import { fieldEvidence } from '../evidence.ts';
import type { ContainerView } from '../pod-view.ts';
import { describe } from '../pod-view.ts';

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
        const ending = endingsOf(container).find(({ terminated }) => terminated.reason === 'OOMKilled');
        if (ending === undefined || !keepsEnding(index, view, container)) continue;
        const limit = memoryLimit(container);
        const { exitCode, finishedAt } = ending.terminated;
        const restarts = container.status?.restartCount;
        const at = limit === undefined ? 'has no memory limit of its own' : `its memory limit is ${formatBytes(limit)}`;
        const path = `${container.path}.${ending.path}`;
        const evidence = [fieldEvidence(view.ref, path, `OOMKilled, exit code ${exitCode}`, finishedAt)];
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
            exitCode,
            ...(restarts === undefined ? {} : { restarts }),
            ...(limit === undefined ? {} : { memoryLimit: limit }),
          },
        });
      }
    }
  },
});

/** What the kubelet enforced wins over the spec: a limit may have been resized, or set by a LimitRange. */
function memoryLimit({ spec, status }: ContainerView): number | undefined {
  const limit = quantity(status?.resources?.limits?.memory ?? spec.resources?.limits?.memory);
  return limit === undefined ? undefined : toUnits(limit);
}
