import type { CronJob } from '../../../domain/kubernetes/workload.ts';

const MINUTE = 60_000;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MACROS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/**
 * The first time, in milliseconds, at which a CronJob was due after one time and before another; undefined where there is
 * none, or the schedule cannot be read. Reads what github.com/robfig/cron v3 reads as standard; without a `timeZone` the
 * controller's own counts, taken as UTC. A change to summer time in between is not looked at.
 */
export function firstRunAfter(
  { schedule, timeZone }: CronJob['spec'],
  after: number,
  before: number,
): number | undefined {
  const fields = (MACROS[schedule] ?? schedule).trim().split(/\s+/);
  const [minutes, hours, days, months, weekdays] = [
    parseField(fields[0], 0, 59),
    parseField(fields[1], 0, 23),
    parseField(fields[2], 1, 31),
    parseField(fields[3], 1, 12, MONTHS),
    parseField(fields[4], 0, 7, DAYS),
  ];
  if (fields.length !== 5 || !minutes || !hours || !days || !months || !weekdays) return undefined;
  const offset = offsetOf(timeZone, after);
  if (offset === undefined) return undefined;
  const anyDay = isStar(fields[2]) || isStar(fields[4]);
  for (let at = Math.floor(after / MINUTE) * MINUTE + MINUTE; at < before; at += MINUTE) {
    const local = new Date(at + offset);
    if (!minutes.has(local.getUTCMinutes()) || !hours.has(local.getUTCHours())) continue;
    if (!months.has(local.getUTCMonth() + 1)) continue;
    const [day, weekday] = [days.has(local.getUTCDate()), weekdays.has(local.getUTCDay())];
    // Where both are restricted, either will do.
    if (anyDay ? day && weekday : day || weekday) return at;
  }
  return undefined;
}

function isStar(field = ''): boolean {
  return /^[*?]/.test(field);
}

function parseField(field = '', least: number, most: number, words: readonly string[] = []): Set<number> | undefined {
  const out = new Set<number>();
  const first = most === 12 ? 1 : 0;
  for (const part of field.toLowerCase().split(',')) {
    const [, from, to, step] = /^(\*|\?|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (from === undefined) return undefined;
    const number = (text: string): number => (words.includes(text) ? words.indexOf(text) + first : Number(text));
    const all = from === '*' || from === '?';
    const start = all ? least : number(from);
    const end = all ? most : to !== undefined ? number(to) : step === undefined ? start : most;
    if (!(start >= least && end <= most && start <= end) || step === '0') return undefined;
    for (let value = start; value <= end; value += Number(step ?? 1)) out.add(most === 7 && value === 7 ? 0 : value);
  }
  return out;
}

/** How far a zone's clocks are ahead of UTC; undefined for a zone that is not known. */
function offsetOf(timeZone: string | undefined, at: number): number | undefined {
  if (timeZone === undefined) return 0;
  try {
    const parts = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at);
    return Date.parse(`${parts.replace(' ', 'T')}Z`) - Math.floor(at / 1000) * 1000;
  } catch {
    return undefined;
  }
}
