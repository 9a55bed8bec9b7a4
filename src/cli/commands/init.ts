import { writeFileSync } from 'node:fs';
import { buildBasics } from '../../app/app.ts';
import { readCluster } from '../../app/doctor/doctor.ts';
import { firstConfig } from '../../app/doctor/first-config.ts';
import { completeConfig } from '../../config/config.ts';
import { DEFAULT_FILE } from '../../config/load.ts';
import { problem } from '../../domain/problem.ts';
import type { GlobalOptions } from '../options.ts';
import { createTerminal } from '../terminal.ts';
import { printProblem } from './shared.ts';

/** Options of `remendo init`. */
export interface InitOptions extends GlobalOptions {
  readonly context?: string;
}

/** `remendo init`: 0 where the file was written, else 1. */
export async function init(file: string | undefined, options: InitOptions): Promise<number> {
  const terminal = createTerminal();
  const path = file ?? options.config ?? DEFAULT_FILE;
  const config = { ...completeConfig({}), logLevel: options.logLevel ?? ('error' as const) };
  const basics = await buildBasics(config, { env: process.env, repositories: new Map() });
  const read = await readCluster(config, { env: process.env, context: options.context }, basics);
  if (!read.ok) {
    printProblem(read.error, terminal);
    return 1;
  }
  read.value.connection.close();
  try {
    // `wx` fails where the file exists, in one step.
    writeFileSync(path, firstConfig(read.value.snapshot, options.context), { flag: 'wx' });
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    const why = exists ? 'there is such a file already; it is left as it is' : `cannot be written: ${String(error)}`;
    const hint = exists ? 'name another one: remendo init other.yaml' : 'choose a folder that can be written to';
    printProblem(
      problem(exists ? 'config-exists' : 'config-unwritable', why, { place: { file: path }, hint }),
      terminal,
    );
    return 1;
  }
  terminal.out(`wrote ${path}; next: remendo doctor, then remendo scan`);
  return 0;
}
