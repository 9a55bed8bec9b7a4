import type { ClusterContext, Controller } from '../context.ts';
import { rfc3339 } from '../time.ts';
import type { CronJob, Job } from '../workload-objects.ts';
import { ownedBy, ownerOf } from './ownership.ts';

const COMPONENT = 'cronjob-controller';
const MINUTE = 60_000;

/** Whether one field of a cron schedule (a star, a step, a range, a list) holds a number. */
function matches(field: string, value: number): boolean {
  return field.split(',').some((part) => {
    const [range = '*', step = '1'] = part.split('/');
    const [low = '*', high = low] = range === '*' || range === '?' ? ['0', '59'] : range.split('-');
    const top = part.includes('/') && !range.includes('-') ? 59 : Number(high);
    return value >= Number(low) && value <= top && (value - Number(low)) % Number(step) === 0;
  });
}

const WORDS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
};

/** Whether a schedule of five fields is due in a minute (UTC). */
export function isDue(schedule: string, time: Date): boolean {
  const [minute = '*', hour = '*', day = '*', month = '*', weekday = '*'] = (WORDS[schedule] ?? schedule)
    .trim()
    .split(/\s+/);
  return (
    matches(minute, time.getUTCMinutes()) &&
    matches(hour, time.getUTCHours()) &&
    matches(day, time.getUTCDate()) &&
    matches(month, time.getUTCMonth() + 1) &&
    matches(weekday, time.getUTCDay())
  );
}

/** Starts Jobs on schedule and keeps the last few, as CronJobs ask. */
export function createCronJobController(context: ClusterContext): Controller {
  const seen = new Map<string, number>();
  return () => {
    const minute = Math.floor(context.clock.now().getTime() / MINUTE);
    for (const cron of context.store.list('CronJob')) {
      const before = seen.get(cron.metadata.uid) ?? minute;
      seen.set(cron.metadata.uid, minute);
      // After a long silence only the latest missed run is made up for.
      for (let m = minute; m > Math.max(before, minute - 100); m--) {
        if (cron.spec.suspend === true || !isDue(cron.spec.schedule, new Date(m * MINUTE))) continue;
        run(context, cron, m);
        break;
      }
      tidy(context, cron);
    }
  };
}

function run(context: ClusterContext, cron: CronJob, minute: number): void {
  const jobs = ownedBy(context.store.list('Job', cron.metadata.namespace), cron);
  const running = jobs.filter((job) => outcome(job) === undefined);
  if (cron.spec.concurrencyPolicy === 'Forbid' && running.length > 0) return;
  if (cron.spec.concurrencyPolicy === 'Replace') for (const job of running) context.store.delete(job);
  const name = `${cron.metadata.name}-${minute}`;
  const at = new Date(minute * MINUTE);
  context.store.create<Job>({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: cron.metadata.namespace ?? 'default',
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': rfc3339(at) },
      ownerReferences: [ownerOf(cron)],
    },
    spec: { completions: 1, parallelism: 1, ...structuredClone(cron.spec.jobTemplate.spec) },
  });
  context.events.record(cron, {
    type: 'Normal',
    reason: 'SuccessfulCreate',
    message: `Created job ${name}`,
    component: COMPONENT,
  });
  context.store.update(cron, (draft) => {
    draft.status = { ...draft.status, lastScheduleTime: rfc3339(at) };
  });
}

function outcome(job: Job): 'Failed' | 'Complete' | undefined {
  const found = job.status?.conditions?.find(({ type }) => type === 'Failed' || type === 'Complete')?.type;
  return found === 'Failed' || found === 'Complete' ? found : undefined;
}

function tidy(context: ClusterContext, cron: CronJob): void {
  const jobs = ownedBy(context.store.list('Job', cron.metadata.namespace), cron).sort((a, b) =>
    a.metadata.name.localeCompare(b.metadata.name),
  );
  const ended = (how: string): Job[] => jobs.filter((job) => outcome(job) === how);
  const last = ended('Complete').at(-1)?.status?.completionTime;
  for (const [list, keep] of [
    [ended('Failed'), cron.spec.failedJobsHistoryLimit ?? 1],
    [ended('Complete'), cron.spec.successfulJobsHistoryLimit ?? 3],
  ] as const) {
    for (const job of list.slice(0, Math.max(0, list.length - keep))) context.store.delete(job);
  }
  const active = jobs
    .filter((job) => outcome(job) === undefined)
    .map(({ apiVersion, kind, metadata }) => ({
      apiVersion,
      kind,
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      uid: metadata.uid,
    }));
  context.store.update(cron, (draft) => {
    const { active: _old, ...status } = draft.status ?? {};
    draft.status = {
      ...status,
      ...(active.length > 0 ? { active } : {}),
      ...(last === undefined ? {} : { lastSuccessfulTime: last }),
    };
  });
}
