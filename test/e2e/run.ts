/**
 * The end-to-end tier: builds and starts real clusters, runs every `*.e2e.ts` on them, prints a table, takes all away.
 *   node test/e2e/run.ts [--keep] [--lanes=N] [--reports=FOLDER] [FILE ...]
 * `--keep` leaves one cluster running until Ctrl-C, without tests. FILE: only these tests. N: how many clusters share the
 * files (4). FOLDER gets the table, the last words (`conclusion.txt`) and what the tests said.
 * Exit status: 0 passed; 1 failed, or the cluster did not start twice; 3 could not check (what is missing is printed).
 */
import { copyFileSync, globSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Builds } from './cluster/binaries.ts';
import { buildBinaries } from './cluster/binaries.ts';
import { STATE_VARIABLE, startCluster, stopCluster, stopOwnClusters, sweep } from './cluster/cluster.ts';
import { COULD_NOT_CHECK, missingParts } from './cluster/prerequisites.ts';
import type { TestFile } from './files.ts';
import { runFiles } from './files.ts';
import { conclusion, table } from './table.ts';

/** Minutes for building, and for everything after it: nothing may hang. */
const LIMITS = { build: 30, tests: 50 };

/** Clusters that share the files: the tests mostly wait, and two cores have room for so many. */
const LANES = 4;

const NO_CLUSTER = 'FAILED: there is no cluster to test on; the reason is above';

const started = Date.now();
const tell = (line: string): void =>
  console.log(`[${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s] ${line}`);

interface Options {
  readonly keep: boolean;
  readonly reports: string | undefined;
  readonly lanes: number;
  readonly files: readonly string[];
}

async function main({ keep, reports, lanes, files }: Options): Promise<number> {
  const end = (lines: readonly string[], status: number): number => {
    const words = lines.map((line) => `end-to-end: ${line}`);
    console.log(['', ...words].join('\n'));
    if (reports !== undefined) writeFileSync(join(reports, 'conclusion.txt'), `${words.join('\n')}\n`);
    return status;
  };
  if (reports !== undefined) mkdirSync(reports, { recursive: true });
  const missing = missingParts();
  if (missing.length > 0)
    return end(['could not check; this machine lacks', ...missing.map((part) => `  - ${part}`)], COULD_NOT_CHECK);
  await sweep(tell);

  const stopping = new AbortController();
  const { signal } = stopping;
  let limit = setTimeout(() => stop(`building took more than ${LIMITS.build} minutes`, 1), LIMITS.build * 60_000);
  let stopped: Promise<void> | undefined;
  function stop(why: string, status: number): void {
    stopping.abort();
    // A second time, for what was being started meanwhile.
    const keepLogs = status === 1;
    stopped ??= stopOwnClusters({ keepLogs })
      .then(() => stopOwnClusters({ keepLogs }))
      .then(() => process.exit(end([why], status)));
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(name, () => stop(`stopped by ${name}`, 130));
  // Nobody reads any more.
  process.stdout.on('error', () => stop('the reader of its output is gone', 130));

  const builds = await buildBinaries(tell, signal).catch(telling);
  if (signal.aborted) return new Promise(() => undefined);
  if (builds === undefined) return end(['FAILED: a part could not be built; the reason is above'], 1);
  clearTimeout(limit);
  const start = (): Promise<string> => startTwice(builds, signal);
  if (keep) {
    const state = await start().catch(telling);
    if (state === undefined) return end([NO_CLUSTER], 1);
    const variables = `${STATE_VARIABLE}=${state} KUBECONFIG=${join(dirname(state), 'admin.kubeconfig')}`;
    tell(`the cluster stays until this is interrupted: export ${variables}`);
    return new Promise(() => setInterval(() => undefined, 60_000));
  }
  limit = setTimeout(() => stop(`FAILED: the tests took more than ${LIMITS.tests} minutes`, 1), LIMITS.tests * 60_000);
  const kept: string[] = [];
  const results = await runFiles({
    files: chosen(files),
    lanes,
    start,
    stop: async (directory, failed) => {
      if (reports !== undefined) keepReports(directory, reports);
      if (failed) kept.push(directory);
      await stopCluster(directory, { keepLogs: failed });
    },
    tell,
    signal,
  }).catch(telling);
  if (signal.aborted) return new Promise(() => undefined);
  clearTimeout(limit);
  if (results === undefined) {
    await stopOwnClusters({ keepLogs: true });
    return end([NO_CLUSTER], 1);
  }
  const text = table(results);
  console.log(`\n${text}`);
  if (reports !== undefined) writeFileSync(join(reports, 'table.md'), `${text}\n`);
  const { lines, status } = conclusion(results, (Date.now() - started) / 1000);
  return end(kept.length === 0 ? lines : [...lines, `logs of failures are in ${kept.join(' and ')}`], status);
}

/** Tells why something did not come about. */
function telling(error: unknown): undefined {
  tell(String(error instanceof Error ? error.message : error));
}

/** Path of the state file. A cluster that does not start has one more attempt: ports and memory are shared with others. */
async function startTwice(builds: Builds, signal: AbortSignal): Promise<string> {
  try {
    return await startCluster(builds, tell);
  } catch (error) {
    signal.throwIfAborted();
    tell(`the cluster did not start, once more: ${error instanceof Error ? error.message : String(error)}`);
    return startCluster(builds, tell);
  }
}

function chosen(files: readonly string[]): TestFile[] {
  const home = import.meta.dirname;
  const all = files.length > 0 ? files.map((file) => resolve(file)) : globSync('**/*.e2e.ts', { cwd: home }).sort();
  return all.map((file) => ({ path: resolve(home, file), name: relative(home, resolve(home, file)) }));
}

function keepReports(directory: string, reports: string): void {
  for (const name of readdirSync(directory)) {
    if (/^(test|report)-.*\.log$/.test(name)) copyFileSync(join(directory, name), join(reports, name));
  }
}

const args = process.argv.slice(2);
process.exitCode = await main({
  keep: args.includes('--keep'),
  reports: args.find((arg) => arg.startsWith('--reports='))?.slice('--reports='.length),
  lanes: Number(args.find((arg) => /^--lanes=[1-9]$/.test(arg))?.slice('--lanes='.length) ?? LANES),
  files: args.filter((arg) => !arg.startsWith('--')),
});
