import type { ScanOut } from '../src/app/scan-contract.ts';
import { scanOutput } from '../src/app/scan-output.ts';
import type { Redact } from '../src/domain/redact.ts';
import type { PassReport } from '../src/engine/report.ts';

/** What report.json holds: the scan as `remendo scan --output json` prints it, and what became of pull requests. */
export interface Report extends ScanOut {
  readonly followed: readonly {
    readonly pullRequest: string;
    readonly title: string;
    readonly outcome: string;
    readonly reason: string;
  }[];
  readonly unreadable: readonly { readonly repoURL: string; readonly reason: string }[];
}

/** A pass as a report. Every text passes the redactor: logs, summaries and artifacts have many readers. */
export function reportOf(pass: PassReport, redact: Redact): Report {
  const report: Report = {
    ...scanOutput(pass),
    followed: pass.followed.map(({ pullRequest, title, decision }) => ({ pullRequest, title, ...decision })),
    unreadable: pass.unreadable,
  };
  const clean = (_key: string, value: unknown): unknown => (typeof value === 'string' ? redact(value) : value);
  return JSON.parse(JSON.stringify(report), clean) as Report;
}
