import { execFile, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScanOut } from '../../../src/app/scan-contract.ts';
import type { IncidentOut } from '../../../src/app/scan-contract.ts';
import type { GitHubSandbox, PullView } from '../../../src/sandbox/github/api.ts';
import { createGitHubSandbox } from '../../../src/sandbox/github/sandbox.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { DRY_RUN_USER, READER, install, policyIsActive, tokenOf } from '../cluster/install.ts';
import { noteResult } from '../table.ts';

const OWNER = 'shop';
const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'main.ts');

/** What a team asks Argo CD for. */
export interface ApplicationOptions {
  /** Of `spec.source`, beside repoURL and targetRevision. */
  readonly source?: Readonly<Record<string, unknown>>;
  /** No automated sync: somebody has to press the button. */
  readonly manual?: boolean;
}

/** One repository, one Argo CD Application and one namespace of the real cluster, all of the same name. */
export interface Team {
  readonly name: string;
  readonly repoURL: string;
  push(files: Readonly<Record<string, string | null>>, message: string): Promise<void>;
  /** Declares the Application, so that Argo CD begins to deploy. */
  deploy(options?: ApplicationOptions): Promise<void>;
  /** Opened by Remendo, newest first. */
  pulls(): Promise<readonly PullView[]>;
  merge(number: number): Promise<string>;
  /** File of the main branch. */
  file(path: string): Promise<string>;
  /** A request below the team's namespace: `/apis/apps/v1`, `deployments/web`. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever the server sends
  get(api: string, rest: string): Promise<any>;
}

/** The scenarios' surroundings: the real cluster, a Git host over real repositories, and the shipped program. */
export interface World {
  readonly cluster: Cluster;
  readonly github: GitHubSandbox;
  team(name: string, files: Readonly<Record<string, string>>): Promise<Team>;
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

export async function startWorld(): Promise<World> {
  const cluster = attachCluster();
  const directory = mkdtempSync(join(tmpdir(), 'remendo-e2e-world-'));
  const github = createGitHubSandbox({ directory: join(directory, 'git') });
  const forge = await github.listen();
  const config = await configure(directory, cluster, forge);
  mkdirSync(join(directory, 'home'));
  const env = {
    PATH: [cluster.binaries, process.env['PATH']].join(delimiter),
    HOME: join(directory, 'home'),
    GITHUB_TOKEN: github.bot.token,
  };
  const program = [MAIN, '--config', config, 'run', '--output', 'json'];
  const teams: string[] = [];
  let last: ScanOut | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  let stop = new AbortController();
  return {
    cluster,
    github,
    team(name, files) {
      teams.push(name);
      return createTeam(cluster, github, forge.gitUrl(OWNER, name), name, files);
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
      for (const name of teams) {
        await cluster.admin.send('DELETE', `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${name}`);
        await cluster.admin.send('DELETE', `/api/v1/namespaces/${name}`);
      }
      await github.close();
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Writes `remendo.yaml` and a kubeconfig of Remendo's own ServiceAccount, with the shipped rights and no others. */
async function configure(
  directory: string,
  cluster: Cluster,
  forge: { readonly host: string; readonly url: string },
): Promise<string> {
  for (const part of ['reader', 'policy', 'dry-run'] as const) await install(cluster, part);
  await policyIsActive(cluster);
  const token = await tokenOf(cluster, READER);
  const kubeconfig = join(directory, 'kubeconfig.json');
  const access = { server: cluster.server, 'certificate-authority-data': readFileSync(cluster.ca).toString('base64') };
  const context = { cluster: 'e2e', user: 'remendo' };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'e2e',
      clusters: [{ name: 'e2e', cluster: access }],
      users: [{ name: 'remendo', user: { token } }],
      contexts: [{ name: 'e2e', context }],
    }),
    { mode: 0o600 },
  );
  const config = join(directory, 'remendo.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      mode: 'propose',
      cluster: { name: 'e2e', kubeconfig, dryRunAs: DRY_RUN_USER },
      github: { host: forge.host, apiUrl: forge.url },
      registry: { insecureHosts: [cluster.registry] },
      detect: { minimumAge: '5s', minimumRestarts: 1 },
      limits: { openPullRequests: 50, pullRequestsPerHour: 100 },
      verify: { propagation: '60s', soak: '10s' },
      run: { interval: '5s', debounce: '1s' },
      state: { directory: join(directory, 'state') },
      log: { level: 'info' },
    }),
  );
  return config;
}

async function createTeam(
  cluster: Cluster,
  github: GitHubSandbox,
  repoURL: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<Team> {
  await github.createRepository(OWNER, name, { files });
  return {
    name,
    repoURL,
    async push(changed, message) {
      const author = { name: 'Dana', email: 'dana@example.com' };
      await github.commitFiles(OWNER, name, { branch: 'main', files: changed, message, author });
    },
    async deploy({ source = { path: 'app' }, manual = false } = {}) {
      const automated = manual ? {} : { automated: { prune: true, selfHeal: true } };
      await cluster.admin.apply(`/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${name}`, {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name, namespace: 'argocd' },
        spec: {
          project: 'default',
          source: { repoURL, targetRevision: 'main', ...source },
          destination: { server: 'https://kubernetes.default.svc', namespace: name },
          syncPolicy: { ...automated, syncOptions: ['CreateNamespace=true'] },
        },
      });
    },
    async pulls() {
      const all = await github.pulls(OWNER, name);
      return all.filter(({ author }) => author === github.bot.login).toSorted((a, b) => b.number - a.number);
    },
    merge: (number) => github.merge(OWNER, name, number, { method: 'squash', by: github.reviewer.login }),
    file: (path) => run('git', ['-C', github.repositoryPath(OWNER, name), 'show', `main:${path}`]),
    get: (api, rest) => cluster.admin.get(`${api}/namespaces/${name}/${rest}`),
  };
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
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ${args.slice(0, 4).join(' ')}: ${error.message}\n${stderr.slice(-3000)}`));
    });
  });
}

/** Asks until there is an answer; throws with `what` (and what was last seen) after `seconds`. */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
  seen: () => unknown = () => '',
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end)
      throw new Error(`not within ${seconds} s: ${what} ${JSON.stringify(seen() ?? '').slice(0, 4000)}`);
    await sleep(1000);
  }
}
