import { scanOutput, scanStatus } from '../../app/scan-output.ts';
import { pass } from '../../engine/pass.ts';
import { stoppedEarly } from '../../engine/unfinished.ts';
import { progressLine } from '../progress.ts';
import type { GlobalOptions } from '../options.ts';
import { printScan } from '../scan-text.ts';
import { createTerminal } from '../terminal.ts';
import type { LookOptions } from './shared.ts';
import { buildObserver, configFor, printProblem, stopSignal } from './shared.ts';

/** Options of `remendo scan`. */
export interface ScanOptions extends GlobalOptions, LookOptions {
  readonly output: 'text' | 'json';
}

/** `remendo scan`: one pass that writes nothing, whatever the mode of the configuration. */
export async function scan(options: ScanOptions): Promise<number> {
  const terminal = createTerminal();
  const config = configFor(options, terminal, true);
  if (!config) return 1;
  const progress = progressLine(terminal);
  const app = await buildObserver(config, options, terminal, { progress: progress.show });
  if (!app) return 1;
  const signal = stopSignal();
  const report = await pass(app.ports, signal);
  progress.clear();
  await app.close();
  const stopped = stoppedEarly(signal);
  if (stopped) {
    printProblem(stopped, terminal);
    return 1;
  }
  if (!report.ok) {
    printProblem(report.error, terminal);
    return 1;
  }
  const result = scanOutput(report.value);
  if (options.output === 'json') terminal.out(JSON.stringify(result, null, 2));
  else printScan(result, terminal);
  return scanStatus(report.value);
}
