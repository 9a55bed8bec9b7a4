import { refOfKind } from '../../../domain/snapshot.ts';
import { defineDetector } from '../detector.ts';
import { fieldEvidence } from '../evidence.ts';

/** Jobs that gave up. Correlation keeps it only where no container of the Job explains it. Facts: `reason`. */
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
      const { type, reason, message = '', lastTransitionTime: since } = condition;
      report('job/failed', {
        object,
        summary: `the Job failed${reason === undefined ? '' : ` (${reason})`}`,
        since,
        evidence: [fieldEvidence(object, `status.conditions[type=${type}]`, `${reason ?? type}: ${message}`, since)],
        facts: reason === undefined ? {} : { reason },
      });
    }
  },
});
