import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/domain/json.ts';
import type { SandboxClock } from '../../src/sandbox/clock.ts';
import type { Behaviours } from '../../src/sandbox/cluster/kubelet/behaviour.ts';
import type { ClusterWorld } from '../../src/sandbox/cluster/world.ts';
import { createClusterWorld } from '../../src/sandbox/cluster/world.ts';
import type { GitHubSandbox, GitHubSandboxOptions } from '../../src/sandbox/github/sandbox.ts';
import { createGitHubSandbox } from '../../src/sandbox/github/sandbox.ts';
import { application } from './shop-manifests.ts';

export const OWNER = 'shop';
export const NAME = 'gitops';

export interface ShopOptions {
  readonly clock: SandboxClock;
  /** Files of the repository; the Application deploys the folder `shop`. */
  readonly files: Readonly<Record<string, string>>;
  readonly behaviours?: Behaviours;
  /** Objects that are there before anything runs. */
  readonly objects?: readonly JsonObject[];
  readonly onGitHubRequest?: GitHubSandboxOptions['onRequest'] | undefined;
}

/** A repository on a forge, and a running cluster with GitOps that deploys it. */
export interface Shop {
  /** A folder of its own, which goes when it is closed. */
  readonly directory: string;
  readonly github: GitHubSandbox;
  /** Host and API of the forge. */
  readonly forge: { readonly host: string; readonly url: string };
  readonly repoURL: string;
  readonly cluster: ClusterWorld;
  /** Path of the file. */
  readonly kubeconfig: string;
  /** Ends all of it, and the clock. */
  close(): Promise<void>;
}

export async function startShop({ clock, files, behaviours, objects, onGitHubRequest }: ShopOptions): Promise<Shop> {
  const directory = mkdtempSync(join(tmpdir(), 'remendo-shop-'));
  const github = createGitHubSandbox({
    directory: join(directory, 'git'),
    now: () => clock.now(),
    ...(onGitHubRequest ? { onRequest: onGitHubRequest } : {}),
  });
  await github.createRepository(OWNER, NAME, { files });
  const forge = await github.listen();
  const repoURL = forge.gitUrl(OWNER, NAME);
  const cluster = createClusterWorld({
    clock,
    behaviours: behaviours ?? new Map(),
    repositories: new Map([[repoURL, github.repositoryPath(OWNER, NAME)]]),
    namespaces: ['shop'],
  });
  const { kubeconfigText } = await cluster.listen();
  for (const object of [application(repoURL), ...(objects ?? [])]) cluster.apply(object);
  cluster.start();
  const kubeconfig = join(directory, 'kubeconfig.yaml');
  writeFileSync(kubeconfig, kubeconfigText, { mode: 0o600 });
  return {
    directory,
    github,
    forge,
    repoURL,
    cluster,
    kubeconfig,
    async close() {
      await Promise.all([cluster.stop(), github.close()]);
      clock.stop();
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
