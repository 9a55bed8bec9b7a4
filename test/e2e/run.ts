/**
 * The end-to-end tier: builds and starts a real cluster, runs every `*.e2e.ts` on it, prints a table, takes all away.
 *   node test/e2e/run.ts [--keep] [FILE ...]
 * `--keep` leaves the cluster running until Ctrl-C, without tests. FILE: only these tests.
 * Exit status: 0 passed, 1 failed, 3 could not check (a part is missing or the cluster does not start).
 */
import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildBinaries } from './cluster/binaries.ts';
import { STATE_VARIABLE, startCluster, stopCluster, sweep } from './cluster/cluster.ts';
import { COULD_NOT_CHECK, missingParts } from './cluster/prerequisites.ts';
import { resultsFile, table } from './table.ts';

const started = Date.now();
const tell = (line: string): void =>
  console.log(`[${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s] ${line}`);

async function main(args: readonly string[]): Promise<number> {
  const missing = missingParts();
  if (missing.length > 0) {
    console.log(`could not check: the end-to-end tests need\n${missing.map((part) => `  - ${part}`).join('\n')}`);
    return COULD_NOT_CHECK;
  }
  await sweep(tell);
  let state: string;
  try {
    const binaries = await buildBinaries(tell);
    state = await startCluster(binaries, tell);
  } catch (error) {
    console.log(`could not check: ${error instanceof Error ? error.message : String(error)}`);
    return COULD_NOT_CHECK;
  }
  const directory = dirname(state);
  // A process that is told to stop still takes its cluster with it.
  const stop = (): void => void stopCluster(directory).then(() => process.exit(130));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (args.includes('--keep')) {
    tell(
      `the cluster stays until this is interrupted: export ${STATE_VARIABLE}=${state} KUBECONFIG=${join(directory, 'admin.kubeconfig')}`,
    );
    return new Promise(() => setInterval(() => undefined, 60_000));
  }
  const chosen = args.filter((arg) => !arg.startsWith('--'));
  const files =
    chosen.length > 0
      ? chosen
      : globSync('**/*.e2e.ts', { cwd: import.meta.dirname }).map((file) => join(import.meta.dirname, file));
  const code = await runTests(files.sort(), state);
  const results = resultsFile(directory);
  console.log(existsSync(results) ? table(readFileSync(results, 'utf8')) : 'no scenario told its result');
  tell(code === 0 ? 'all end-to-end tests passed' : `end-to-end tests failed; logs are in ${directory}`);
  await stopCluster(directory, { keepLogs: code !== 0 });
  return code;
}

function runTests(files: readonly string[], state: string): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--test', '--test-concurrency=1', ...files], {
      stdio: 'inherit',
      env: { ...process.env, [STATE_VARIABLE]: state },
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main(process.argv.slice(2));
