import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { completeConfig } from '../config/config.ts';
import { JsonObjectSchema } from '../domain/kubernetes/json-schema.ts';
import { createSandboxClock } from '../sandbox/clock.ts';
import type { ClusterWorld } from '../sandbox/cluster/world.ts';
import { createClusterWorld } from '../sandbox/cluster/world.ts';
import type { GitHubSandbox } from '../sandbox/github/api.ts';
import { createGitHubSandbox } from '../sandbox/github/sandbox.ts';
import type { ModelServer } from '../sandbox/model/server.ts';
import { startModelServer } from '../sandbox/model/server.ts';
import { startRegistry } from '../sandbox/registry/registry.ts';
import { behaviours, registryTags } from './behaviours.ts';
import { MAILER_SECRET, application, repositoryFiles } from './manifests.ts';
import { answer } from './model-script.ts';

/** Owner of the repository in the demo's forge. */
export const OWNER = 'shop';

/** Name of the repository in the demo's forge. */
export const REPOSITORY = 'gitops';

/** The embedded world, running: a cluster with GitOps, a forge, a registry and a model, each on a port of its own. */
export interface DemoWorld {
  readonly registry: string;
  readonly github: GitHubSandbox;
  readonly cluster: ClusterWorld;
  readonly model: ModelServer;
  /** Configuration and environment that point Remendo at it. */
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  /** Deletes a tag from the registry, as a clean-up job would. */
  forgetTag(repository: string, tag: string): void;
  /** Pushes files to the main branch, as a person would. */
  push(files: Readonly<Record<string, string>>, message: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything below `directory`. */
export async function startWorld(directory: string): Promise<DemoWorld> {
  mkdirSync(directory, { recursive: true });
  const clock = createSandboxClock();
  const tags = registryTags();
  const registry = await startRegistry({ repositories: tags });
  const model = await startModelServer({ answers: answer });
  const github = createGitHubSandbox({ directory: join(directory, 'git'), now: () => clock.now() });
  await github.createRepository(OWNER, REPOSITORY, { files: repositoryFiles(registry.host) });
  const forge = await github.listen();
  const repoURL = forge.gitUrl(OWNER, REPOSITORY);
  const cluster = createClusterWorld({
    clock,
    behaviours: behaviours(registry.host),
    repositories: new Map([[repoURL, github.repositoryPath(OWNER, REPOSITORY)]]),
    namespaces: ['shop'],
  });
  const address = await cluster.listen();
  cluster.apply(MAILER_SECRET);
  cluster.apply(JsonObjectSchema.parse(application(repoURL)));
  cluster.start();
  const kubeconfig = join(directory, 'kubeconfig.yaml');
  writeFileSync(kubeconfig, address.kubeconfigText, { mode: 0o600 });
  return {
    registry: registry.host,
    github,
    cluster,
    model,
    config: configFor(directory, kubeconfig, forge, model.baseURL, registry.host),
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      GITHUB_TOKEN: github.bot.token,
      OPENAI_API_KEY: randomBytes(16).toString('hex'),
    },
    forgetTag: (repository, tag) => void tags.get(repository)?.delete(tag),
    push: async (files, message) => {
      const author = { name: 'Dana', email: 'dana@example.com' };
      await github.commitFiles(OWNER, REPOSITORY, { branch: 'main', files, message, author });
    },
    close: async () => {
      await Promise.all([cluster.stop(), github.close(), model.close(), registry.close()]);
      clock.stop();
    },
  };
}

/** The usual configuration with the clocks of a world where a minute is a second. */
function configFor(
  directory: string,
  kubeconfig: string,
  forge: { readonly host: string; readonly url: string },
  modelURL: string,
  registry: string,
): Config {
  return completeConfig({
    mode: 'propose',
    cluster: { name: 'demo', kubeconfig },
    github: { host: forge.host, apiUrl: forge.url },
    llm: { model: 'scripted', baseUrl: modelURL, timeout: 10 },
    registry: { insecureHosts: [registry] },
    detect: { minimumAge: 2 },
    limits: { openPullRequests: 10, pullRequestsPerHour: 30 },
    verify: { propagation: 20, soak: 4 },
    run: { interval: 1, debounce: 1 },
    state: { directory: join(directory, 'state') },
    log: { level: 'error' },
  });
}
