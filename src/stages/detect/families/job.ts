import { sameObject } from '../../../domain/object-ref.ts';
import { refOfKind } from '../../../domain/snapshot.ts';
import { defineDetector } from '../detector.ts';
import { fieldEvidence } from '../evidence.ts';
import { POD_DEADLINE, overDeadline } from '../pod-deadline.ts';

/**
 * Jobs that gave up. Correlation keeps it only where no container of the Job explains it. Facts: `reason`, which is
 * `DeadlineExceeded` too where the deadline was that of each pod.
 */
export const job = defineDetector({
  name: 'job',
  needs: ['Job'],
  causes: {
    'job/failed': {
      title: 'Job failed',
      severity: 'warning',
      docs: 'The Job reached its backoff limit, its deadline or a failure policy.',
    },
  },
  detect(index, report) {
    for (const { metadata, status } of index.snapshot.objects.Job) {
      const condition = ['Failed', 'FailureTarget']
        .map((wanted) => status?.conditions?.find(({ type, status: value }) => type === wanted && value === 'True'))
        .find((found) => found !== undefined);
      const object = refOfKind('Job', metadata);
      if (condition === undefined || !index.judged(object)) continue;
      const pods = index.pods.filter(({ chain }) => chain.some(({ ref }) => sameObject(ref, object)));
      const late = pods.length > 0 && pods.every(({ pod }) => overDeadline(pod)) ? pods : [];
      const { type, reason, message = '', lastTransitionTime: since } = condition;
      report('job/failed', {
        object,
        summary:
          late.length > 0
            ? 'the Job failed: its pods ran longer than their deadline (activeDeadlineSeconds)'
            : `the Job failed${reason === undefined ? '' : ` (${reason})`}`,
        since,
        evidence: [
          fieldEvidence(object, `status.conditions[type=${type}]`, `${reason ?? type}: ${message}`, since),
          ...late.map(({ ref, pod }) =>
            fieldEvidence(ref, 'status.message', `${POD_DEADLINE}: ${pod.status?.message ?? ''}`, since),
          ),
        ],
        facts: late.length > 0 ? { reason: POD_DEADLINE } : reason === undefined ? {} : { reason },
      });
    }
  },
});
