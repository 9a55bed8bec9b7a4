import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { ScanOut } from '../../../src/app/scan-contract.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { attachCluster } from '../cluster/cluster.ts';
import type { Log } from '../../../src/ports/log.ts';
import { noteResult } from '../table.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'main.ts');

/** What the shipped program said. */
export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** A running `remendo run`. */
export interface Daemon {
  /** Everything that it wrote to stderr until now: one JSON object a line. */
  readonly log: () => string;
  /** Its last report. */
  readonly last: () => ScanOut | undefined;
  passes(): number;
  exited(): boolean;
  stop(): Promise<void>;
}

/** The real cluster, and a folder of its own for what a test sets up. */
export interface Bench {
  readonly cluster: Cluster;
  readonly folder: string;
  /** Runs a case and writes its time and what is said into the table. */
  row(name: string, result: string, play: () => Promise<void>): Promise<void>;
  /** Writes a kubeconfig of one user; answers with its path. */
  kubeconfig(name: string, access: Access): string;
  /** Writes `remendo.yaml`; answers with its path. */
  config(name: string, settings: object): string;
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Said>;
  daemon(args: readonly string[], env?: NodeJS.ProcessEnv): Daemon;
  /** Does it later, also after a failure; last first. */
  later(undo: () => unknown): void;
  close(): Promise<void>;
}

export interface Access {
  readonly server?: string;
  readonly ca?: string;
  readonly user?: Readonly<Record<string, unknown>>;
}

export function startBench(): Bench {
  const cluster = attachCluster();
  const folder = mkdtempSync(join(tmpdir(), 'remendo-e2e-bad-'));
  mkdirSync(join(folder, 'home'));
  const undo: (() => unknown)[] = [];
  const environment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
    PATH: [cluster.binaries, process.env['PATH']].join(delimiter),
    HOME: join(folder, 'home'),
    ...env,
  });
  return {
    cluster,
    folder,
    async row(name, result, play) {
      const started = Date.now();
      const note = (text: string): void =>
        noteResult(cluster.directory, { scenario: name, seconds: (Date.now() - started) / 1000, result: text });
      try {
        await play();
        note(result);
      } catch (error) {
        note(`FAILED: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200)}`);
        throw error;
      }
    },
    kubeconfig(name, access) {
      const file = join(folder, `${name}.kubeconfig`);
      writeFileSync(file, kubeconfig(cluster, access), { mode: 0o600 });
      return file;
    },
    config(name, settings) {
      const file = join(folder, `${name}.yaml`);
      writeFileSync(file, JSON.stringify(settings));
      return file;
    },
    run: (args, env = {}) =>
      new Promise((resolve) => {
        const options = { env: environment(env), cwd: folder, maxBuffer: 64 * 1024 ** 2, timeout: 180_000 };
        const child = execFile(process.execPath, [MAIN, ...args], options, (_, out, err) =>
          resolve({ status: child.exitCode ?? -1, out, err }),
        );
      }),
    daemon(args, env = {}) {
      const daemon = start([MAIN, ...args, '--output', 'json'], environment(env), folder);
      undo.push(() => daemon.stop());
      return daemon;
    },
    later: (task) => void undo.push(task),
    async close() {
      for (const task of undo.toReversed()) await task();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The admin's access, changed as asked for. */
export function kubeconfig(cluster: Cluster, { server = cluster.server, ca = cluster.ca, user }: Access): string {
  const Config = z.object({ users: z.array(z.object({ user: z.record(z.string(), z.unknown()) })) });
  const admin = Config.parse(JSON.parse(readFileSync(cluster.kubeconfig, 'utf8'))).users[0]?.user;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'e2e',
    clusters: [{ name: 'e2e', cluster: { server, 'certificate-authority': ca } }],
    users: [{ name: 'e2e', user: user ?? admin }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e' } }],
  });
}

function start(args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Daemon {
  const child = spawn(process.execPath, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const lines = (): string[] => out.split('\n').slice(0, -1);
  return {
    log: () => err,
    last() {
      const line = lines().at(-1);
      return line === undefined ? undefined : ScanOut.parse(JSON.parse(line));
    },
    passes: () => lines().length,
    exited: () => child.exitCode !== null || child.signalCode !== null,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A server behind the cluster's own certificate, or another one; answers with its address. */
export async function serveTls(
  bench: Pick<Bench, 'cluster' | 'later'>,
  listener: RequestListener,
  certificate = join(bench.cluster.directory, 'pki', 'server.crt'),
): Promise<string> {
  const key = readFileSync(join(bench.cluster.directory, 'pki', 'server.key'));
  const server = createServer({ key, cert: readFileSync(certificate) }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  bench.later(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

export const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
};
