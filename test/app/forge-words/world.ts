import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { JsonObject } from '../../../src/domain/json.ts';
import { createSandboxClock } from '../../../src/sandbox/clock.ts';
import { createClusterWorld } from '../../../src/sandbox/cluster/world.ts';
import type { GitHubSandbox } from '../../../src/sandbox/github/sandbox.ts';
import { createGitHubSandbox } from '../../../src/sandbox/github/sandbox.ts';
import { HUNGRY, application, behaviours, deployment, memory } from '../../support/shop-manifests.ts';
import type { Front } from './front.ts';
import { startFront } from './front.ts';

/** Workloads that fail: one from a repository on GitHub, one from a Gitea, one from where no forge is configured. */
export const NAMES = ['hub', 'tea', 'elsewhere'] as const;

/** A cluster that stands still, whose Applications come from three hosts; two of them can be made to misbehave. */
export interface World {
  readonly directory: string;
  readonly github: GitHubSandbox;
  /** Where it listens. */
  readonly origin: string;
  readonly hub: Front;
  readonly tea: Front;
  /** Writes a configuration with a state of its own; its path. */
  config(name: string, more: object): string;
  readonly env: Readonly<Record<string, string>>;
}

/** `more`: manifests beside the failing one in the repository on GitHub. */
export async function startWorld(
  t: Pick<TestContext, 'after'>,
  more: Readonly<Record<string, string>> = {},
): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'remendo-words-'));
  t.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  // An hour ago: what the world shows has lasted.
  const clock = createSandboxClock({ manual: true, start: new Date(Date.now() - 3_600_000).toISOString() });
  const github = createGitHubSandbox({ directory: join(directory, 'git'), now: () => clock.now() });
  const { host } = await github.listen();
  const hub = await startFront(t, `http://${host}`);
  const tea = await startFront(t, `http://${host}`);
  const hosts = { hub: hub.host, tea: tea.host, elsewhere: host };
  const repositories = new Map<string, string>();
  const applications: JsonObject[] = [];
  for (const name of NAMES) {
    await github.createRepository('acme', name, {
      files: { 'shop/app.yaml': deployment(name, memory('64Mi')), ...(name === 'hub' ? more : {}) },
    });
    const repoURL = `http://${hosts[name]}/acme/${name}.git`;
    repositories.set(repoURL, github.repositoryPath('acme', name));
    applications.push({ ...application(repoURL), metadata: { name, namespace: 'argocd' } });
  }
  const images = behaviours(Object.fromEntries(NAMES.map((name) => [name, HUNGRY])));
  const cluster = createClusterWorld({ clock, behaviours: images, repositories, namespaces: ['shop'] });
  const { kubeconfigText } = await cluster.listen();
  for (const one of applications) cluster.apply(one);
  cluster.start();
  t.after(async () => {
    await Promise.all([cluster.stop(), github.close()]);
    clock.stop();
  });
  await clock.advance(120_000);
  const kubeconfig = join(directory, 'kubeconfig.yaml');
  writeFileSync(kubeconfig, kubeconfigText, { mode: 0o600 });
  return {
    directory,
    github,
    origin: `http://${host}`,
    hub,
    tea,
    env: { GITHUB_TOKEN: github.bot.token, REMENDO_GITEA_TOKEN: 'f'.repeat(40) },
    config(name, more) {
      const file = join(directory, `${name}.yaml`);
      const settings = {
        mode: 'propose',
        cluster: { name: 'test', kubeconfig },
        registry: { enabled: false },
        verify: { soak: '1s' },
        run: { interval: '1s', debounce: '1s' },
        state: { directory: join(directory, name) },
        ...more,
      };
      writeFileSync(file, JSON.stringify(settings));
      return file;
    },
  };
}
