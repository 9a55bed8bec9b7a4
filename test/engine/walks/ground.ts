import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from '../../../src/app/app.ts';
import { buildApp } from '../../../src/app/app.ts';
import { completeConfig } from '../../../src/config/config.ts';
import type { ConfigFile } from '../../../src/config/schema.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { createSandboxClock } from '../../../src/sandbox/clock.ts';
import type { SandboxClock } from '../../../src/sandbox/clock.ts';
import type { Behaviour } from '../../../src/sandbox/cluster/kubelet/behaviour.ts';
import type { ClusterWorld } from '../../../src/sandbox/cluster/world.ts';
import { createClusterWorld } from '../../../src/sandbox/cluster/world.ts';
import type { Exchange, SandboxRequest } from '../../../src/sandbox/github/server.ts';
import type { GitHubSandbox } from '../../../src/sandbox/github/sandbox.ts';
import { createGitHubSandbox } from '../../../src/sandbox/github/sandbox.ts';
import type { ModelServer } from '../../../src/sandbox/model/server.ts';
import { startModelServer } from '../../../src/sandbox/model/server.ts';
import { application } from '../../support/shop-manifests.ts';
import { NAME, OWNER } from '../../support/shop.ts';
import { CANARIES, FILES, FIRST_BEHAVIOURS, MODEL_KEY, SECRET, modelAnswer } from './estate.ts';

/** Who looks at the requests of Remendo to the forge: before they are done, and after. */
export interface Onlooker {
  before(request: SandboxRequest): Promise<void>;
  after(exchange: Exchange): void;
}

/** Everything that a walk happens in. Time stands still but for `advance`. */
export interface Ground {
  readonly clock: SandboxClock;
  readonly cluster: ClusterWorld;
  readonly github: GitHubSandbox;
  readonly model: ModelServer;
  readonly behaviours: Map<string, Behaviour>;
  readonly repoURL: string;
  readonly apiUrl: string;
  /** Milliseconds that Remendo's own clock is ahead of the cluster's. */
  ahead: number;
  /** Everything that Remendo logged. */
  readonly log: string[];
  /** A process of Remendo with its own folder; the same one until it is killed. */
  replica(name: Replica): Promise<App>;
  /** Ends a process; `forget` takes its folder too. */
  kill(name: Replica, forget: boolean): Promise<void>;
  stateOf(name: Replica): string;
  close(): Promise<void>;
}

/** Processes of Remendo. `new` begins without memory. */
export type Replica = 'a' | 'b' | 'new';

export const CONFIG: Partial<ConfigFile> = {
  mode: 'propose',
  registry: { enabled: false },
  detect: { minimumAge: 2 },
  limits: { openPullRequests: 2, pullRequestsPerHour: 6, humanChange: 60 },
  verify: { propagation: 120, soak: 20, resolvedObservations: 2 },
  log: { level: 'debug' },
};

/** Starts a forge, a model and a cluster with GitOps on a clock that is turned by hand. */
export async function startGround(onlooker: Onlooker): Promise<Ground> {
  const clock = createSandboxClock({ manual: true });
  const directory = mkdtempSync(join(tmpdir(), 'remendo-walk-'));
  const github = createGitHubSandbox({
    directory: join(directory, 'git'),
    now: () => clock.now(),
    onRequest: (_, request) => onlooker.before(request),
    onResponse: (exchange) => onlooker.after(exchange),
  });
  await github.createRepository(OWNER, NAME, { files: FILES });
  const forge = await github.listen();
  const repoURL = forge.gitUrl(OWNER, NAME);
  const model = await startModelServer({ answers: modelAnswer });
  const behaviours = new Map(FIRST_BEHAVIOURS);
  const cluster = createClusterWorld({
    clock,
    behaviours,
    repositories: new Map([[repoURL, github.repositoryPath(OWNER, NAME)]]),
    namespaces: ['shop'],
    // The client holds it against the real time.
    date: () => new Date(Date.now() - ground.ahead),
    timing: { tick: 1, gitPoll: 5, maxBackoff: 8 },
  });
  const { kubeconfigText } = await cluster.listen();
  const kubeconfig = join(directory, 'kubeconfig.yaml');
  writeFileSync(kubeconfig, kubeconfigText, { mode: 0o600 });
  cluster.apply(application(repoURL));
  cluster.apply(SECRET);
  cluster.start();
  const log: string[] = [];
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = (line: unknown) => log.push(String(line)) > 0;
  const replicas = new Map<Replica, Promise<App>>();
  const ground: Ground = {
    clock,
    cluster,
    github,
    model,
    behaviours,
    repoURL,
    apiUrl: forge.url,
    ahead: 0,
    log,
    stateOf: (name) => join(directory, `state-${name}`),
    replica(name) {
      const known = replicas.get(name) ?? start(name);
      replicas.set(name, known);
      return known;
    },
    async kill(name, forget) {
      await (await replicas.get(name))?.close();
      replicas.delete(name);
      if (forget) rmSync(ground.stateOf(name), { recursive: true, force: true });
    },
    async close() {
      for (const app of replicas.values()) await (await app).close();
      await Promise.all([cluster.stop(), github.close(), model.close()]);
      clock.stop();
      process.stderr.write = write;
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  const start = async (name: Replica): Promise<App> => {
    mkdirSync(ground.stateOf(name), { recursive: true });
    const config = completeConfig({
      ...CONFIG,
      cluster: { name: 'test', kubeconfig },
      github: { host: forge.host, apiUrl: forge.url },
      llm: { model: 'scripted', baseUrl: model.baseURL, timeout: 10 },
      state: { directory: ground.stateOf(name) },
    });
    const built = await buildApp(config, {
      env: { PATH: process.env['PATH'], HOME: directory, GITHUB_TOKEN: github.bot.token, OPENAI_API_KEY: MODEL_KEY },
      repositories: new Map(),
      persistent: true,
      throttle: false,
      clock: theirClock(ground),
    });
    assert.ok(built.ok, built.ok ? '' : built.error.message);
    return built.value;
  };
  CANARIES.set('the token', github.bot.token);
  return ground;
}

/** Remendo's clock may be wrong; nobody turns it while Remendo waits, so waiting takes no time of it. */
function theirClock(ground: Ground): Clock {
  return {
    now: () => new Date(ground.clock.now().getTime() + ground.ahead),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const timer = setTimeout(resolve, Math.min(milliseconds, 20));
        signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
      }),
  };
}
