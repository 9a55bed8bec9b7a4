import type { RunOut } from '../src/app/scan-contract.ts';
import { runOutput } from '../src/app/scan-output.ts';
import type { Redact } from '../src/domain/redact.ts';
import type { PassReport } from '../src/engine/report.ts';

/** What report.json holds: a pass as `remendo run --output json` prints it. */
export type Report = RunOut;

/** A pass as a report. Every text passes the redactor: logs, summaries and artifacts have many readers. */
export function reportOf(pass: PassReport, redact: Redact): Report {
  const clean = (_key: string, value: unknown): unknown => (typeof value === 'string' ? redact(value) : value);
  return JSON.parse(JSON.stringify(runOutput(pass)), clean) as Report;
}
