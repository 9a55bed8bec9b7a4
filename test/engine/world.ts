import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { App } from '../../src/app/app.ts';
import { buildApp } from '../../src/app/app.ts';
import { completeConfig } from '../../src/config/config.ts';
import type { ConfigFile } from '../../src/config/schema.ts';
import type { DecisionOutcome } from '../../src/domain/outcome.ts';
import { pass } from '../../src/engine/pass.ts';
import type { PassReport } from '../../src/engine/report.ts';
import type { SandboxClock } from '../../src/sandbox/clock.ts';
import { createSandboxClock } from '../../src/sandbox/clock.ts';
import type { Behaviours } from '../../src/sandbox/cluster/kubelet/behaviour.ts';
import type { ClusterWorld } from '../../src/sandbox/cluster/world.ts';
import type { GitHubSandbox, GitHubSandboxOptions } from '../../src/sandbox/github/sandbox.ts';
import type { ModelServer, ModelServerOptions } from '../../src/sandbox/model/server.ts';
import { startModelServer } from '../../src/sandbox/model/server.ts';
import { NAME, OWNER, startShop } from '../support/shop.ts';

export interface WorldOptions {
  /** Manifests of the folder `shop`, by name without `.yaml`. */
  readonly files: Readonly<Record<string, string>>;
  readonly behaviours?: Behaviours;
  /** On top of a configuration with quick clocks and wide limits. */
  readonly config?: Partial<ConfigFile>;
  /** Without it no model is configured. */
  readonly answers?: ModelServerOptions['answers'];
  readonly onGitHubRequest?: GitHubSandboxOptions['onRequest'];
  /** Sandbox seconds per real second. */
  readonly speed?: number;
}

/** An embedded cluster with GitOps, a forge, perhaps a model, and Remendo's configuration for them. */
export interface World {
  readonly clock: SandboxClock;
  readonly cluster: ClusterWorld;
  readonly github: GitHubSandbox;
  readonly model: ModelServer | undefined;
  readonly directory: string;
  readonly repoURL: string;
  readonly configFile: ConfigFile;
  readonly env: NodeJS.ProcessEnv;
  /** A process of Remendo; `more` changes its configuration. Closed at the test's end. */
  app(more?: Partial<ConfigFile>, env?: NodeJS.ProcessEnv): Promise<App>;
  pulls(): ReturnType<GitHubSandbox['pulls']>;
  merge(number: number): Promise<string>;
  close(number: number): Promise<void>;
  /** Pushes manifests to the main branch, as a person would. */
  push(files: Readonly<Record<string, string | null>>, branch?: string): Promise<string>;
}

export async function startWorld(t: TestContext, options: WorldOptions): Promise<World> {
  const clock = createSandboxClock({ speed: options.speed ?? 8 });
  const { behaviours, onGitHubRequest, answers } = options;
  const shop = await startShop({
    clock,
    files: inFolder(options.files),
    onGitHubRequest,
    ...(behaviours ? { behaviours } : {}),
  });
  const { directory, github, forge, repoURL, cluster, kubeconfig } = shop;
  const model = answers && (await startModelServer({ answers }));
  await mkdir(join(directory, 'state'));
  const configFile: ConfigFile = {
    mode: 'propose',
    cluster: { name: 'test', kubeconfig },
    github: { host: forge.host, apiUrl: forge.url },
    registry: { enabled: false },
    detect: { minimumAge: 2 },
    limits: { openPullRequests: 20, pullRequestsPerHour: 50 },
    // On a machine under load one pass may take a sandbox minute.
    verify: { propagation: 600, soak: 3, resolvedObservations: 2 },
    run: { interval: 2, debounce: 1 },
    state: { directory: join(directory, 'state') },
    log: { level: 'silent' },
    ...(model ? { llm: { model: 'scripted', baseUrl: model.baseURL, timeout: 10 } } : {}),
    ...options.config,
  };
  const env = {
    PATH: process.env['PATH'],
    HOME: directory,
    GITHUB_TOKEN: github.bot.token,
    OPENAI_API_KEY: 'k'.repeat(12),
  };
  const apps: App[] = [];
  t.after(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await Promise.all([shop.close(), model?.close()]);
  });
  return {
    clock,
    cluster,
    github,
    model,
    directory,
    repoURL,
    configFile,
    env,
    async app(more = {}, ownEnv = env) {
      const config = completeConfig({ ...configFile, ...more });
      const built = await buildApp(config, {
        env: ownEnv,
        repositories: new Map(),
        persistent: true,
        throttle: false,
        clock,
      });
      assert.ok(built.ok, built.ok ? '' : built.error.message);
      apps.push(built.value);
      return built.value;
    },
    pulls: () => github.pulls(OWNER, NAME),
    merge: (number) => github.merge(OWNER, NAME, number, { method: 'squash' }),
    close: (number) => github.closePull(OWNER, NAME, number),
    push: (files, branch = 'main') =>
      github.commitFiles(OWNER, NAME, {
        branch,
        ...(branch === 'main' ? {} : { from: 'main' }),
        files: inFolder(files),
        message: 'by hand',
        author: { name: 'Dana', email: 'dana@example.com' },
      }),
  };
}

function inFolder<T>(files: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [`shop/${name}.yaml`, content]));
}

/** One pass that must be able to read the cluster. */
export async function passOf(app: App, signal?: AbortSignal): Promise<PassReport> {
  const report = await pass(app.ports, signal);
  assert.ok(report.ok, report.ok ? '' : report.error.message);
  return report.value;
}

/** What was decided about a workload: about its incident, else about its pull request. */
export function outcomeOf(report: PassReport, name: string): DecisionOutcome | undefined {
  const own = report.incidents.find(({ incident }) => incident.object.name === name);
  const followed = report.followed.find(({ title }) => title.startsWith(`${name}:`));
  return own?.decision.outcome ?? followed?.decision.outcome;
}

export function reasonOf(report: PassReport, name: string): string {
  const own = report.incidents.find(({ incident }) => incident.object.name === name);
  const followed = report.followed.find(({ title }) => title.startsWith(`${name}:`));
  return own?.decision.reason ?? followed?.decision.reason ?? '';
}

/** In real milliseconds; a machine under load takes its time. */
const LONGEST = 60_000;

/** Passes until one of them is as wanted; fails with the last decisions when that takes too long. */
export async function passUntil(app: App, wanted: (report: PassReport) => boolean): Promise<PassReport> {
  const started = Date.now();
  for (;;) {
    const report = await passOf(app);
    if (wanted(report)) return report;
    if (Date.now() - started > LONGEST) {
      const said = [
        ...report.incidents.map(({ incident, decision }) => ({ name: incident.object.name, ...decision })),
        ...report.followed,
      ];
      assert.fail(`not as wanted: ${JSON.stringify(said, undefined, 1)}`);
    }
    await wait(100);
  }
}

/** Passes until each workload has come to its outcome (in any of the passes). */
export async function passUntilAll(
  app: App,
  wanted: Readonly<Record<string, DecisionOutcome>>,
): Promise<ReadonlyMap<string, readonly DecisionOutcome[]>> {
  const seen = new Map<string, DecisionOutcome[]>(Object.keys(wanted).map((name) => [name, []]));
  await passUntil(app, (report) => {
    for (const [name, list] of seen) {
      const outcomes = [
        ...report.followed.filter(({ title }) => title.startsWith(`${name}:`)).map(({ decision }) => decision.outcome),
        ...report.incidents
          .filter(({ incident }) => incident.object.name === name)
          .map(({ decision }) => decision.outcome),
      ];
      for (const outcome of outcomes) if (list.at(-1) !== outcome) list.push(outcome);
    }
    return Object.entries(wanted).every(([name, outcome]) => seen.get(name)?.includes(outcome));
  });
  return seen;
}
