import type { ClusterContext, Controller } from '../context.ts';
import type { Condition, Pod } from '../objects.ts';
import { rfc3339 } from '../time.ts';
import type { Job } from '../workload-objects.ts';
import { omitZero } from './conditions.ts';
import { ownedBy } from './ownership.ts';
import { createPod, deletePod, isReady } from './pods.ts';

const COMPONENT = 'job-controller';

/** Runs Jobs to completion or to their backoff limit. */
export function createJobController(context: ClusterContext): Controller {
  const retries = new Map<string, number>();
  return () => {
    for (const job of context.store.list('Job')) reconcile(context, job, retries);
  };
}

function finished(job: Job): boolean {
  return (
    job.status?.conditions?.some(
      ({ type, status }) => (type === 'Failed' || type === 'Complete') && status === 'True',
    ) === true
  );
}

function withSelector(context: ClusterContext, job: Job): Job {
  const labels = {
    'batch.kubernetes.io/controller-uid': job.metadata.uid,
    'batch.kubernetes.io/job-name': job.metadata.name,
    'controller-uid': job.metadata.uid,
    'job-name': job.metadata.name,
  };
  if (job.spec.selector) return job;
  return context.store.update(job, (draft) => {
    draft.spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': job.metadata.uid } };
    draft.spec.template.metadata = {
      ...draft.spec.template.metadata,
      labels: { ...draft.spec.template.metadata?.labels, ...labels },
    };
    draft.metadata.labels = { ...draft.metadata.labels, ...labels };
    draft.metadata.generation = 0;
    draft.status = { startTime: rfc3339(context.clock.now()), uncountedTerminatedPods: {} };
  });
}

function reconcile(context: ClusterContext, given: Job, retries: Map<string, number>): void {
  if (given.spec.suspend === true || finished(given)) return;
  const job = withSelector(context, given);
  const pods = ownedBy(context.store.list('Pod', job.metadata.namespace), job);
  const by = (phase: string): Pod[] => pods.filter(({ status }) => status?.phase === phase);
  const [failed, succeeded] = [by('Failed').length, by('Succeeded').length];
  const active = pods.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined && status?.phase !== 'Failed' && status?.phase !== 'Succeeded',
  );
  const restarts = active
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .reduce((all, { restartCount }) => all + restartCount, 0);
  const wanted = job.spec.completions ?? 1;
  const now = context.clock.now().getTime();
  const started = Date.parse(job.status?.startTime ?? '');
  let conditions: Condition[] = [];
  if (succeeded >= wanted)
    conditions = end(context, job, 'Complete', 'CompletionsReached', 'Reached expected number of succeeded pods');
  else if (failed + restarts > (job.spec.backoffLimit ?? 6))
    conditions = end(context, job, 'Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  else if (job.spec.activeDeadlineSeconds !== undefined && now - started > job.spec.activeDeadlineSeconds * 1000) {
    conditions = end(context, job, 'Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline');
  } else if (active.length < Math.min(job.spec.parallelism ?? 1, wanted - succeeded)) {
    start(context, job, failed, retries);
  }
  if (conditions.length > 0) for (const pod of active) deletePod(context, pod);
  context.store.update(job, (draft) => {
    draft.status = omitZero(
      {
        ...draft.status,
        active: conditions.length > 0 ? 0 : active.length,
        ready: active.filter(isReady).length,
        failed,
        succeeded,
        conditions,
        terminating: 0,
        ...(succeeded >= wanted ? { completionTime: rfc3339(context.clock.now()) } : {}),
      },
      ['ready', 'terminating'],
    );
  });
}

function start(context: ClusterContext, job: Job, failed: number, retries: Map<string, number>): void {
  const now = context.clock.now().getTime();
  const key = `${job.metadata.uid}/${failed}`;
  const due = retries.get(key) ?? now + (failed === 0 ? 0 : context.timing.backoff * 2 ** (failed - 1) * 1000);
  retries.set(key, due);
  if (now < due) return;
  const answer = createPod(context, job, job.spec.template, { generateName: `${job.metadata.name}-` });
  const refused = 'refused' in answer;
  if (refused) retries.set(key, now + context.timing.backoff * 1000);
  const message = refused ? `Error creating: ${answer.refused}` : `Created pod: ${answer.pod.metadata.name}`;
  context.events.record(job, {
    type: refused ? 'Warning' : 'Normal',
    reason: refused ? 'FailedCreate' : 'SuccessfulCreate',
    message,
    component: COMPONENT,
  });
}

function end(
  context: ClusterContext,
  job: Job,
  type: 'Failed' | 'Complete',
  reason: string,
  message: string,
): Condition[] {
  const time = rfc3339(context.clock.now());
  const first = type === 'Failed' ? 'FailureTarget' : 'SuccessCriteriaMet';
  const event =
    type === 'Failed'
      ? { type: 'Warning' as const, reason, message }
      : { type: 'Normal' as const, reason: 'Completed', message: 'Job completed' };
  context.events.record(job, { ...event, component: COMPONENT });
  return [first, type].map((name) => ({
    lastProbeTime: time,
    lastTransitionTime: time,
    message,
    reason,
    status: 'True',
    type: name,
  }));
}
