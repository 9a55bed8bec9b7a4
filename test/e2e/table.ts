import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** How one scenario went. A result begins with `FAILED` or `could not check` where it is one of these. */
const Row = z.object({ scenario: z.string(), seconds: z.number(), result: z.string() });
export type Row = z.infer<typeof Row>;

const FAILED = /^FAILED\b/;
const UNCHECKED = /^could not check\b/;

/** Where tests of all processes of a run write how their scenarios went. */
export function resultsFile(directory: string): string {
  return join(directory, 'results.jsonl');
}

export function noteResult(directory: string, row: Row): void {
  appendFileSync(resultsFile(directory), `${JSON.stringify(row)}\n`);
}

/** All rows so far, in the order in which they were written. */
export function readResults(directory: string): readonly Row[] {
  const file = resultsFile(directory);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return lines.flatMap((line) => (line === '' ? [] : [Row.parse(JSON.parse(line))]));
}

/** What was run of one test file. */
export interface FileResult {
  /** Below `test/e2e`. */
  readonly file: string;
  readonly seconds: number;
  /** One for each attempt, in their order; none where the time was up before. */
  readonly attempts: readonly { readonly passed: boolean; readonly rows: readonly Row[] }[];
}

export type Verdict = 'passed' | 'failed once, then passed' | 'FAILED' | 'not run' | 'could not check';

export function verdictOf({ attempts }: FileResult): Verdict {
  const last = attempts.at(-1);
  if (last === undefined) return 'not run';
  if (!last.passed) return 'FAILED';
  if (last.rows.some(({ result }) => UNCHECKED.test(result))) return 'could not check';
  return attempts.length > 1 ? 'failed once, then passed' : 'passed';
}

/** What could not be checked, in the words of the tests. */
export function uncheckedOf({ attempts }: FileResult): readonly string[] {
  const rows = attempts.at(-1)?.rows ?? [];
  return rows.flatMap(({ scenario, result }) =>
    UNCHECKED.test(result) ? [`${scenario}${result.replace(UNCHECKED, '')}`] : [],
  );
}

/** The scenarios of a file, each once: an earlier failure is told with the last result. */
function scenariosOf({ attempts }: FileResult): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const row of attempts.flatMap((attempt) => attempt.rows)) {
    const failed = FAILED.test(rows.get(row.scenario)?.result ?? '') && !FAILED.test(row.result);
    rows.set(row.scenario, failed ? { ...row, result: `failed once, then ${row.result}` } : row);
  }
  return [...rows.values()];
}

/** Every file with its scenarios, as a table for people. */
export function table(files: readonly FileResult[]): string {
  const rows = files.flatMap((file) => [
    { scenario: file.file, seconds: file.seconds, result: verdictOf(file) },
    ...scenariosOf(file).map((row) => ({ ...row, scenario: `  ${row.scenario}` })),
  ]);
  const width = Math.max(...rows.map(({ scenario }) => scenario.length), 8);
  const head = `| ${'scenario'.padEnd(width)} | seconds | result |\n| ${'-'.repeat(width)} | ------: | ------ |`;
  const body = rows.map(
    ({ scenario, seconds, result }) => `| ${scenario.padEnd(width)} | ${seconds.toFixed(0).padStart(7)} | ${result} |`,
  );
  return [head, ...body].join('\n');
}

/** The last words of a run, one thing a line; exit status 0, 1 where something failed, 3 where something could not be checked. */
export function conclusion(
  files: readonly FileResult[],
  seconds: number,
): { readonly lines: readonly string[]; readonly status: 0 | 1 | 3 } {
  const named = (...verdicts: readonly Verdict[]): FileResult[] =>
    files.filter((file) => verdicts.includes(verdictOf(file)));
  const again = named('failed once, then passed').map(({ file }) => `${file} failed once, then passed`);
  const bad = named('FAILED', 'not run');
  const unchecked = named('could not check').flatMap((file) =>
    uncheckedOf(file).map((text) => `could not check: ${file.file}: ${text}`),
  );
  const passed = files.length - bad.length - named('could not check').length;
  const first = `${passed} of ${files.length} test files passed in ${seconds.toFixed(0)} s`;
  const failures = bad.map((file) => `${verdictOf(file)}: ${file.file}`);
  return {
    lines: [first, ...again, ...unchecked, ...failures],
    status: bad.length > 0 || files.length === 0 ? 1 : unchecked.length > 0 ? 3 : 0,
  };
}
