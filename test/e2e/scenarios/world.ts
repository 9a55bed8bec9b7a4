import { execFile, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { ScanOut } from '../../../src/app/scan-contract.ts';
import type { IncidentOut } from '../../../src/app/scan-contract.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { noteResult } from '../table.ts';
import { configure } from './configuration.ts';
import { attachGitea } from './hosts/gitea.ts';
import { startGitHub } from './hosts/github.ts';
import type { GitHost, PullView } from './hosts/host.ts';
import type { Team, TeamOptions } from './team.ts';
import { createTeam, removeTeam } from './team.ts';
import { until } from './until.ts';

export type { ApplicationOptions, Team } from './team.ts';
export { until } from './until.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'main.ts');

/** The scenarios' surroundings: the real cluster, a Git host, and the shipped program. */
export interface World {
  readonly cluster: Cluster;
  readonly host: GitHost;
  team(name: string, files: Readonly<Record<string, string>>, options?: TeamOptions): Promise<Team>;
  /** A namespace that is there before Argo CD deploys. */
  namespace(name: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  /** One pass of the shipped program, in a process of its own. */
  pass(): Promise<ScanOut>;
  /** Starts `remendo run`, as a deployment does. */
  watch(): void;
  /** Kills the running program without warning. */
  crash(): Promise<void>;
  /** What the running program said last. */
  last(): ScanOut | undefined;
  /** Runs a scenario and writes its time and result into the table. */
  scenario(name: string, result: string, play: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** The real Gitea of the cluster, which pods reach too, or the simulator of GitHub. */
  readonly host?: 'gitea' | 'github';
}

export async function startWorld({ host: kind = 'gitea' }: WorldOptions = {}): Promise<World> {
  const cluster = attachCluster();
  const directory = mkdtempSync(join(tmpdir(), 'remendo-e2e-world-'));
  const git = join(directory, 'git');
  const host = kind === 'gitea' ? attachGitea(cluster, git) : await startGitHub(git);
  const config = await configure(directory, cluster, host);
  mkdirSync(join(directory, 'home'));
  const env = {
    PATH: [cluster.binaries, process.env['PATH']].join(delimiter),
    HOME: join(directory, 'home'),
    ...host.env,
  };
  const program = [MAIN, '--config', config, 'run', '--output', 'json'];
  const teams: string[] = [];
  let last: ScanOut | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  let stop = new AbortController();
  return {
    cluster,
    host,
    async namespace(name, labels = {}) {
      await isGone(cluster, name);
      const metadata = { name, labels };
      await cluster.admin.apply(`/api/v1/namespaces/${name}`, { apiVersion: 'v1', kind: 'Namespace', metadata });
    },
    async team(name, files, options = {}) {
      teams.push(name);
      await isGone(cluster, name);
      return createTeam(cluster, host, name, files, options);
    },
    async pass() {
      last = ScanOut.parse(JSON.parse(await run(process.execPath, [...program, '--once'], { env, cwd: directory })));
      return last;
    },
    watch() {
      const child = spawn(process.execPath, program, {
        env,
        cwd: directory,
        stdio: ['ignore', 'pipe', 'pipe'],
        signal: stop.signal,
        killSignal: 'SIGKILL',
      });
      child.on('error', () => undefined);
      child.stderr.pipe(createWriteStream(join(cluster.directory, 'remendo.log'), { flags: 'a' }));
      createInterface({ input: child.stdout }).on('line', (line) => (last = ScanOut.parse(JSON.parse(line))));
      ended = new Promise((resolve) => child.on('close', resolve));
    },
    async crash() {
      stop.abort();
      await ended;
      stop = new AbortController();
    },
    last: () => last,
    async scenario(name, result, play) {
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
    async close() {
      stop.abort();
      await ended;
      for (const name of teams) await removeTeam(cluster, name);
      await host.close();
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Waits where a namespace of an earlier attempt is being deleted: what is deployed into it would go with it. */
async function isGone(cluster: Cluster, namespace: string): Promise<void> {
  await until(`the end of an earlier namespace ${namespace}`, 120, async () => {
    const found = await cluster.admin.get(`/api/v1/namespaces/${namespace}`);
    return found?.metadata?.deletionTimestamp === undefined ? true : undefined;
  });
}

/** The label by which Remendo tells how a pull request ended: `verified`, `not-fixed` ... */
export function endOf({ labels }: PullView): string | undefined {
  return labels.find((label) => label.startsWith('remendo/'))?.slice('remendo/'.length);
}

/** The incident of a workload in the namespace of a team. */
export function incidentOf(report: ScanOut | undefined, namespace: string): IncidentOut | undefined {
  return report?.incidents.find(({ object }) => object.namespace === namespace);
}

interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 64 * 1024 ** 2, timeout: 120_000, ...options }, (error, stdout, stderr) => {
      // A pass that could not do everything ends with 1, and has its report.
      if (error === null || (error.code === 1 && stdout !== '')) resolve(stdout);
      else reject(new Error(`${program} ${args.slice(0, 4).join(' ')}: ${error.message}\n${stderr.slice(-3000)}`));
    });
  });
}
