import { counted } from '../domain/counted.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { PassReport } from '../engine/report.ts';
import { printable } from './control-characters.ts';
import type { Terminal } from './terminal.ts';
import { table, tableWidth, wrap } from './terminal.ts';

/**
 * One pass of `run` for people: a line for each incident, each pull request that was followed, and what could not be read.
 * Reasons are whole; where a terminal is too small for a line they stand below it.
 */
export function printPass(
  { scannedAt, blind, incidents, followed, unreadable }: PassReport,
  { out, paint, width, live }: Terminal,
): void {
  out(
    paint(
      'gray',
      `${scannedAt}  ${counted(incidents.length, 'incident')}, ${counted(followed.length, 'pull request')} followed`,
    ),
  );
  const rows = [
    ...incidents.map(({ incident, decision, pullRequest }) => [
      decision.outcome,
      formatRef(incident.object),
      incident.cause,
      `${decision.reason}${pullRequest === undefined ? '' : ` ${pullRequest}`}`,
    ]),
    ...followed.map(({ decision, title, pullRequest }) => [
      decision.outcome,
      title,
      '',
      `${decision.reason} ${pullRequest}`,
    ]),
    ...blind.map(({ kind, reason }) => ['blind', kind, '', reason]),
    ...unreadable.map(({ repoURL, reason }) => ['failed', repoURL, '', reason]),
  ].map((row) => row.map(printable));
  if (rows.length === 0) return;
  const room = live ? width : Number.POSITIVE_INFINITY;
  if (tableWidth(rows) <= room) return out(table(rows, room, { column: 3, keep: 'start' }));
  const heads = table(
    rows.map((row) => row.slice(0, 3)),
    width,
    { column: 1, keep: 'start' },
  ).split('\n');
  out(heads.map((head, i) => `${head}\n${wrap(rows[i]?.[3] ?? '', width, '    ')}`).join('\n'));
}
