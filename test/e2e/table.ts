import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Row = z.object({ scenario: z.string(), seconds: z.number(), result: z.string() });
export type Row = z.infer<typeof Row>;

/** Where tests of all processes of a run write how their scenarios went. */
export function resultsFile(directory: string): string {
  return join(directory, 'results.jsonl');
}

export function noteResult(directory: string, row: Row): void {
  appendFileSync(resultsFile(directory), `${JSON.stringify(row)}\n`);
}

/** The results as a table for people. */
export function table(lines: string): string {
  const rows = lines
    .trim()
    .split('\n')
    .map((line) => Row.parse(JSON.parse(line)));
  const width = Math.max(...rows.map(({ scenario }) => scenario.length), 8);
  const head = `| ${'scenario'.padEnd(width)} | seconds | result |\n| ${'-'.repeat(width)} | ------: | ------ |`;
  const body = rows.map(
    ({ scenario, seconds, result }) => `| ${scenario.padEnd(width)} | ${seconds.toFixed(0).padStart(7)} | ${result} |`,
  );
  return ['', head, ...body, ''].join('\n');
}
