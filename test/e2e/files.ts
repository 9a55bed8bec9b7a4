import { mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { STATE_VARIABLE } from './cluster/cluster.ts';
import { createProcesses } from './cluster/processes.ts';
import type { FileResult } from './table.ts';
import { readResults } from './table.ts';

/** A failure of a test file may be the machine's: it is shown, and the file has one more attempt on a new cluster. */
const ATTEMPTS = 2;

/** These take longest: begun first, they do not keep one lane busy when the others are done. */
const LONGEST = [
  'in-cluster/deployment',
  'install/document',
  'scenarios/ends',
  'scenarios/fleet',
  'forge/gitea',
  'in-cluster/first-install',
  'bad-input/connection',
  'scenarios/learn',
  'bad-input/bare',
  'scenarios/starts',
  'scenarios/restart',
  'scenarios/road',
  'action/workflows',
  'reality/logs',
  'read-only/argocd-diff',
  'reality/reads',
  'install/doctor',
];

export interface TestFile {
  readonly path: string;
  /** What it is called in tables: its path below `test/e2e`. */
  readonly name: string;
}

export interface FilesOptions {
  readonly files: readonly TestFile[];
  /** How many clusters stand side by side; each runs one file after another. */
  readonly lanes: number;
  /** Starts a cluster; answers with the path of its state file. Rejects where it does not start. */
  readonly start: () => Promise<string>;
  /** Takes a cluster away again; `failed`: its logs may be of use. */
  readonly stop: (directory: string, failed: boolean) => Promise<void>;
  readonly tell: (line: string) => void;
  /** Nothing is begun after it. */
  readonly signal: AbortSignal;
}

/**
 * Runs test files, each in a process of its own and never two on one cluster at the same time; what was not begun has no
 * attempt in its result. Rejects where no cluster starts.
 */
export async function runFiles(options: FilesOptions): Promise<readonly FileResult[]> {
  const { files, lanes, signal, tell } = options;
  const waiting = files.toSorted((a, b) => rank(a) - rank(b));
  const results = new Map<string, FileResult>();
  let starting: Promise<unknown> = Promise.resolve();
  // Where one cluster does not start, the others begin nothing more.
  let broken = false;
  const goesOn = (): boolean => !signal.aborted && !broken;
  // One after the other: two that start at the same time could choose the same ports.
  const start = (): Promise<string> => {
    const begun = starting.then(options.start);
    starting = begun.catch(() => (broken = true));
    return begun;
  };
  const lane = async (): Promise<void> => {
    let state: string | undefined;
    for (let file = waiting.shift(); file !== undefined && goesOn(); file = waiting.shift()) {
      const attempts: FileResult['attempts'][number][] = [];
      const started = Date.now();
      while (attempts.length < ATTEMPTS && attempts.at(-1)?.passed !== true && goesOn()) {
        state ??= await start();
        tell(`${file.name}${attempts.length === 0 ? '' : ': once more, on a new cluster'}`);
        const attempt = await attemptOf(dirname(state), state, file, attempts.length + 1);
        tell(`${file.name} ${attempt.passed ? 'passed' : 'FAILED'}; it said\n${attempt.said}`);
        attempts.push({ passed: attempt.passed && goesOn(), rows: attempt.rows });
        if (attempt.passed || !goesOn()) continue;
        // What broke the test may have broken the cluster, and the next file would pay for it.
        await options.stop(dirname(state), true);
        state = undefined;
      }
      results.set(file.name, { file: file.name, seconds: (Date.now() - started) / 1000, attempts });
    }
    if (state !== undefined && goesOn()) await options.stop(dirname(state), false);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, files.length) }, lane));
  return files.map(({ name }) => results.get(name) ?? { file: name, seconds: 0, attempts: [] });
}

function rank({ name }: TestFile): number {
  const place = LONGEST.indexOf(name.replace(/\.e2e\.ts$/, ''));
  return place < 0 ? LONGEST.length : place;
}

type Attempt = FileResult['attempts'][number] & { readonly said: string };

async function attemptOf(directory: string, state: string, { path, name }: TestFile, count: number): Promise<Attempt> {
  const before = readResults(directory).length;
  const log = `test-${name.replaceAll('/', '-').replace(/\.e2e\.ts$/, '')}-${count}`;
  const { passed, said } = await runFile(directory, state, path, log);
  return { passed, said, rows: readResults(directory).slice(before) };
}

/** Whether the file passed, and what it said, which is kept in the run's folder as well. */
function runFile(
  directory: string,
  state: string,
  path: string,
  log: string,
): Promise<{ readonly passed: boolean; readonly said: string }> {
  // What a test that is killed leaves behind goes with the run's folder.
  const temporary = join(directory, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const said: Buffer[] = [];
  const { child } = createProcesses(directory).start(log, process.execPath, {
    args: ['--test', '--test-reporter=spec', path],
    cwd: process.cwd(),
    env: {
      ...definite(process.env),
      // The Node.js of this process, for what tests start by name.
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      [STATE_VARIABLE]: state,
      TMPDIR: temporary,
      // Hundreds of programs are started from the sources: what one has compiled the next need not.
      NODE_COMPILE_CACHE: join(directory, 'compiled'),
    },
    hear: (chunk) => void said.push(chunk),
  });
  const end = (passed: boolean) => ({ passed, said: Buffer.concat(said).toString() });
  return new Promise((resolve) => {
    child.on('error', () => resolve(end(false)));
    child.on('close', (code) => resolve(end(code === 0)));
  });
}

function definite(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
