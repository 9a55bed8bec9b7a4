import { buildApp } from '../../app/app.ts';
import { scanOutput, scanStatus } from '../../app/scan-output.ts';
import { pass } from '../../engine/pass.ts';
import { progressLine } from '../progress.ts';
import type { GlobalOptions, RepoOption } from '../options.ts';
import { printScan } from '../scan-text.ts';
import { createTerminal } from '../terminal.ts';
import { configFor, printProblem, repositoriesOf, stopSignal } from './shared.ts';

export interface ScanOptions extends GlobalOptions {
  readonly snapshot?: string;
  readonly context?: string;
  readonly repo?: readonly RepoOption[];
  readonly output: 'text' | 'json';
}

/** `remendo scan`: one pass that writes nothing, whatever the mode of the configuration. */
export async function scan(options: ScanOptions): Promise<number> {
  const terminal = createTerminal();
  const config = configFor(options, terminal, true);
  if (!config) return 1;
  const progress = progressLine(terminal);
  const app = await buildApp(
    { ...config, policy: { ...config.policy, mode: 'observe' } },
    {
      env: process.env,
      repositories: repositoriesOf(options.repo),
      snapshot: options.snapshot,
      context: options.context,
      persistent: false,
      progress: progress.show,
    },
  );
  if (!app.ok) {
    printProblem(app.error, terminal);
    return 1;
  }
  const report = await pass(app.value.ports, stopSignal());
  progress.clear();
  await app.value.close();
  if (!report.ok) {
    printProblem(report.error, terminal);
    return 1;
  }
  const result = scanOutput(report.value);
  if (options.output === 'json') terminal.out(JSON.stringify(result, null, 2));
  else printScan(result, terminal);
  return scanStatus(report.value);
}
