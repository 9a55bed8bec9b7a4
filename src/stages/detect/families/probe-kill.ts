import { endingsOf, failingSince, keepsEnding } from '../container-runs.ts';
import { defineDetector } from '../detector.ts';
import { eventEvidence, fieldEvidence } from '../evidence.ts';
import { probeKill } from '../kubelet-kills.ts';
import { describe } from '../pod-view.ts';
import { seeProbe } from '../probe-facts.ts';

/** Containers that their own liveness or startup probe ends. Facts: `probe`, `restarts`, `exitCode`. */
export const probeKills = defineDetector({
  name: 'probe-kill',
  needs: ['Pod', 'Event'],
  causes: {
    'probe/liveness': {
      title: 'Liveness probe fails',
      severity: 'critical',
      docs: 'The kubelet restarts the container because its liveness probe fails.',
    },
    'probe/startup': {
      title: 'Startup probe fails',
      severity: 'critical',
      docs: 'The kubelet restarts the container because it does not start in the time that its startup probe allows.',
    },
  },
  detect(index, report) {
    for (const view of index.pods) {
      for (const container of view.containers) {
        const kill = probeKill(index, view, container);
        if (kill === undefined || !keepsEnding(index, view, container)) continue;
        const probe = seeProbe(index, view, container, kill.type);
        const [ending] = endingsOf(container);
        const { restartCount: restarts } = container.status ?? {};
        const path = `${container.path}.${ending?.path ?? 'state'}`;
        const ended = ending?.terminated;
        report(kill.type === 'liveness' ? 'probe/liveness' : 'probe/startup', {
          object: view.ref,
          container,
          summary: `${describe(container)} is restarted by its ${kill.type} probe (${probe.asks})`,
          since: failingSince(index, view, container),
          evidence: [
            ...(probe.event === undefined ? [] : [eventEvidence(view.ref, probe.event)]),
            eventEvidence(view.ref, kill.event),
            ...(ended === undefined
              ? []
              : [
                  fieldEvidence(
                    view.ref,
                    path,
                    `${ended.reason ?? 'Terminated'}, exit code ${ended.exitCode}`,
                    ended.finishedAt,
                  ),
                ]),
          ],
          facts: {
            probe: probe.facts,
            ...(restarts === undefined ? {} : { restarts }),
            ...(ended === undefined ? {} : { exitCode: ended.exitCode }),
          },
        });
      }
    }
  },
});
