import { mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { STATE_VARIABLE } from './cluster/cluster.ts';
import { createProcesses } from './cluster/processes.ts';
import type { FileResult } from './table.ts';
import { readResults } from './table.ts';

/** A failure of a test file may be the machine's: it is shown, and the file has one more attempt on the same cluster. */
const ATTEMPTS = 2;

export interface FilesOptions {
  /** Folder of the run. */
  readonly directory: string;
  readonly state: string;
  /** Paths to run and the names to call them by. */
  readonly files: readonly { readonly path: string; readonly name: string }[];
  readonly tell: (line: string) => void;
  /** Nothing is begun after it. */
  readonly signal: AbortSignal;
}

/** Runs test files one after another, each in a process of its own; what was not begun has no attempt in its result. */
export async function runFiles({
  directory,
  state,
  files,
  tell,
  signal,
}: FilesOptions): Promise<readonly FileResult[]> {
  const results: FileResult[] = [];
  for (const [index, { path, name }] of files.entries()) {
    const attempts: FileResult['attempts'][number][] = [];
    const started = Date.now();
    while (attempts.length < ATTEMPTS && attempts.at(-1)?.passed !== true && !signal.aborted) {
      const again = attempts.length === 0 ? '' : ': it failed, once more';
      tell(`${index + 1} of ${files.length}, ${name}${again}`);
      const before = readResults(directory).length;
      const log = `test-${name.replaceAll('/', '-').replace(/\.e2e\.ts$/, '')}-${attempts.length + 1}`;
      const passed = await runFile(directory, state, path, log);
      attempts.push({ passed: passed && !signal.aborted, rows: readResults(directory).slice(before) });
    }
    results.push({ file: name, seconds: (Date.now() - started) / 1000, attempts });
  }
  return results;
}

/** Whether the file passed. What it says is shown as it comes and kept in the run's folder. */
function runFile(directory: string, state: string, path: string, log: string): Promise<boolean> {
  // What a test that is killed leaves behind goes with the run's folder.
  const temporary = join(directory, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const { child } = createProcesses(directory).start(log, process.execPath, {
    args: ['--test', '--test-reporter=spec', path],
    cwd: process.cwd(),
    env: {
      ...definite(process.env),
      // The Node.js of this process, for what tests start by name.
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      [STATE_VARIABLE]: state,
      TMPDIR: temporary,
    },
    hear: (chunk) => void process.stdout.write(chunk),
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

function definite(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
