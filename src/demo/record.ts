import type { Fix } from '../domain/proposal.ts';
import type { Decision, DecisionOutcome } from '../domain/outcome.ts';
import type { PassReport } from '../engine/report.ts';

/** What happened to one workload, gathered over the passes. */
export interface Record {
  readonly workload: string;
  cause: string;
  /** When the failure began and the marks of its way, in milliseconds since the start of the demo. */
  seenAt: number;
  openedAt?: number;
  endedAt?: number;
  origin?: Fix['origin'];
  pullRequest?: string;
  changedLines?: number;
  outcome: DecisionOutcome;
  reason: string;
}

/** Outcomes after which nothing more happens to an incident in the demo. */
const LAST = new Set<DecisionOutcome>([
  'verified',
  'not-fixed',
  'made-worse',
  'never-applied',
  'timed-out',
  'refused-by-proof',
  'no-fix',
]);

/** Reads passes into records; `since` is the start of the demo. */
export function createRecords(since: number): {
  readonly all: ReadonlyMap<string, Record>;
  readonly note: (report: PassReport) => readonly Record[];
} {
  const records = new Map<string, Record>();
  const note = (report: PassReport): readonly Record[] => {
    const now = Date.now() - since;
    const changed: Record[] = [];
    for (const { incident, decision, chosen, changeSet, pullRequest } of report.incidents) {
      const { name } = incident.object;
      const record = records.get(name) ?? {
        workload: name,
        cause: incident.cause,
        seenAt: startOf(incident.since, since, now),
        outcome: 'failed',
        reason: '',
      };
      records.set(name, record);
      if (LAST.has(record.outcome) && record.pullRequest !== undefined) continue;
      if (chosen) record.origin = chosen.origin;
      if (changeSet?.ok)
        record.changedLines = changeSet.value.files.reduce((sum, { diff }) => sum + addedLines(diff), 0);
      if (pullRequest !== undefined) {
        record.pullRequest = pullRequest;
        record.openedAt ??= now;
      }
      if (settle(record, decision, now)) changed.push(record);
    }
    for (const { decision, pullRequest } of report.followed) {
      const record = [...records.values()].find((item) => item.pullRequest === pullRequest);
      if (record && settle(record, decision, now)) changed.push(record);
    }
    return [...new Set(changed)];
  };
  return { all: records, note };
}

/** When the failure began, in milliseconds since the start of the demo. */
function startOf(began: string | undefined, since: number, now: number): number {
  return began === undefined ? now : Math.min(now, Math.max(0, Date.parse(began) - since));
}

function settle(record: Record, { outcome, reason }: Decision, now: number): boolean {
  const changed = record.outcome !== outcome;
  record.outcome = outcome;
  record.reason = reason;
  if (changed && LAST.has(outcome)) record.endedAt = now;
  return changed;
}

function addedLines(diff: string): number {
  return diff.split('\n').filter((line) => line.startsWith('+') && !line.startsWith('+++')).length;
}
