import type { DoctorLine } from './line.ts';
import { linesOf } from './line.ts';

const line = linesOf('clock');

/** A GitHub App's token request is refused beyond this; ages of failures are wrong by as much. Seconds. */
const TOLERATED = 30;

/** Compares a server's `Date` header with the time here; `asked` and `answered` are the times around the request, in ms. */
export function examineClock(
  subject: string,
  date: string | null | undefined,
  asked: number,
  answered: number,
): DoctorLine {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return line.unknown('the server does not say what time it is', subject);
  // The header is cut to whole seconds: half a second is the best guess of what was lost.
  const skew = Math.round((theirs + 500 - (asked + answered) / 2) / 1000);
  if (Math.abs(skew) <= TOLERATED) return line.ok(`in step (${Math.abs(skew)} s apart)`, subject);
  const direction = skew > 0 ? 'behind' : 'ahead';
  return line.problem(
    `the clock here is ${Math.abs(skew)} s ${direction}`,
    'synchronise it (NTP): tokens and ages go by it',
    subject,
  );
}
