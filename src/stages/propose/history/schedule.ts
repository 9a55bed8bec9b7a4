import { Cron } from 'croner';
import type { CronJob } from '../../../domain/kubernetes/workload.ts';

/**
 * The first time, in milliseconds, at which a CronJob was due after one time and before another; undefined where there is
 * none, or the schedule cannot be read. Without a `timeZone` the controller's own counts, taken as UTC.
 */
export function firstRunAfter(
  { schedule, timeZone = 'UTC' }: CronJob['spec'],
  after: number,
  before: number,
): number | undefined {
  const [, , day = '', , weekday = ''] = schedule.trim().split(/\s+/);
  try {
    const cron = new Cron(schedule, {
      mode: '5-part',
      paused: true,
      timezone: timeZone,
      // As the CronJob controller reads it: 5/20 is a step, and a day such as */2 still narrows the weekday
      // (github.com/robfig/cron v3 parser.go and spec.go, dayMatches).
      sloppyRanges: true,
      domAndDow: [day, weekday].some((field) => /^[*?]/.test(field)),
    });
    const at = cron.nextRun(new Date(after))?.getTime();
    return at !== undefined && at < before ? at : undefined;
  } catch {
    return undefined;
  }
}
