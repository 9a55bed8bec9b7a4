import { notReadySince } from '../container-runs.ts';
import { defineDetector } from '../detector.ts';
import { eventEvidence, fieldEvidence } from '../evidence.ts';
import { parseStartFailure } from '../messages/runtime-error.ts';
import type { ContainerView, PodView } from '../pod-view.ts';
import { describe } from '../pod-view.ts';
import type { SeenProbe } from '../probe-facts.ts';
import { asksUndeclaredPort, seeProbe } from '../probe-facts.ts';
import { isRollingOut } from '../progress.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

/** Containers that run and stay unready (or never count as started). Facts: `probe`. */
export const readiness = defineDetector({
  name: 'readiness',
  needs: ['Pod'],
  causes: {
    'probe/readiness': {
      title: 'Readiness probe fails',
      severity: 'critical',
      docs: 'The container runs but its readiness probe fails, so it gets no traffic.',
    },
    'probe/startup': {
      title: 'Startup probe fails',
      severity: 'critical',
      docs: 'The container runs but its startup probe cannot succeed.',
    },
  },
  detect(index, report) {
    for (const view of index.pods) {
      if (view.runs !== 'forever') continue;
      for (const container of view.containers) {
        const type = failingType(container);
        if (type === undefined) continue;
        const probe = seeProbe(index, view, container, type);
        // A startup probe that can be asked restarts its container in the end: that is another detector's.
        if (type === 'startup' && probe.facts.failure !== 'unknown-port-name' && !probe.errored) continue;
        const since = unreadySince(view, container);
        if (index.age(since) < patience(index, view, container, probe)) continue;
        report(type === 'startup' ? 'probe/startup' : 'probe/readiness', {
          object: view.ref,
          container,
          summary: `${describe(container)} runs but its ${type} probe fails (${probe.asks})`,
          since,
          evidence: [
            fieldEvidence(view.ref, `${container.path}.ready`, 'false', since),
            ...(probe.event === undefined ? [] : [eventEvidence(view.ref, probe.event)]),
          ],
          facts: { probe: probe.facts },
        });
      }
    }
  },
});

function failingType({ status, spec }: ContainerView): 'readiness' | 'startup' | undefined {
  if (status?.state?.running === undefined || status.ready !== false) return undefined;
  if (spec.startupProbe !== undefined && status.started === false) return 'startup';
  return spec.readinessProbe === undefined ? undefined : 'readiness';
}

function unreadySince(view: PodView, { status }: ContainerView): string | undefined {
  const times = [status?.state?.running?.startedAt, notReadySince(view)].filter((time) => time !== undefined);
  return times.sort().at(-1);
}

/**
 * How long the state must last. A probe that asks what the container cannot answer (a path that is not there, a port that
 * it does not declare, a command that the image does not have) fails for good once it had its attempts; any other failure
 * may be a slow start or a dependency, and is waited for as long as the rollout is.
 */
function patience(index: SnapshotIndex, view: PodView, container: ContainerView, probe: SeenProbe): number {
  const { facts, spec, errored, event } = probe;
  const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = spec ?? {};
  const attempts = initialDelaySeconds + periodSeconds * (failureThreshold + 1);
  const enough = Math.max(index.policy.minimumAgeSeconds, attempts);
  const { failure, statusCode = 0, port } = facts;
  const definite =
    failure === 'unknown-port-name' ||
    (errored && failure === 'exec' && parseStartFailure(event?.message ?? '') !== 'other') ||
    (failure === 'http-status' && [400, 404, 405].includes(statusCode)) ||
    (failure === 'refused' && asksUndeclaredPort(container, port));
  return definite || !isRollingOut(index, view) ? enough : Number.POSITIVE_INFINITY;
}
