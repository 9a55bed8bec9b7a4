import type { Mode } from './inputs.ts';
import type { Report } from './report.ts';
import type { Runner } from './workflow.ts';

/** Every output of action.yml, and what it is in a report. */
const OUTPUTS = {
  mode: (_report: Report, mode: Mode) => mode,
  incidents: ({ incidents }: Report, mode: Mode) => (mode === 'verify' ? '' : String(incidents.length)),
  proven: ({ incidents }: Report, mode: Mode) =>
    mode === 'verify' ? '' : String(incidents.filter(({ proof }) => proof?.verdict === 'proven').length),
  blind: ({ blind }: Report) => String(blind.length),
  opened: (report: Report) => String(openedBy(report).length),
  'pull-requests': (report: Report) => JSON.stringify(openedBy(report)),
  followed: ({ followed }: Report) =>
    JSON.stringify(followed.map(({ pullRequest, outcome }) => ({ pullRequest, outcome }))),
} as const;

/** Every output of action.yml. */
export const OUTPUT_NAMES = [...Object.keys(OUTPUTS), 'report-file', 'sarif-file'];

/** Sets every output. */
export function publish(
  runner: Runner,
  report: Report,
  mode: Mode,
  files: { readonly report: string; readonly sarif?: string },
): void {
  for (const [name, of] of Object.entries(OUTPUTS)) runner.output(name, of(report, mode));
  runner.output('report-file', files.report);
  runner.output('sarif-file', files.sarif ?? '');
}

function openedBy({ incidents }: Report): readonly string[] {
  return incidents.flatMap(({ decision }) =>
    decision.outcome === 'opened' && decision.pullRequest !== undefined ? [decision.pullRequest] : [],
  );
}
