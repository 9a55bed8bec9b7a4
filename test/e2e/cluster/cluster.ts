import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { startArgoCD } from './argocd.ts';
import type { Builds } from './binaries.ts';
import { linkBinaries } from './binaries.ts';
import type { ApiClient } from './client.ts';
import { createApiClient } from './client.ts';
import { startControlPlane } from './control-plane.ts';
import { GiteaState, startGitea } from './gitea.ts';
import { makeNetwork } from './network.ts';
import { clearNode, startNode } from './node.ts';
import { nodeAddress } from './prerequisites.ts';
import { createProcesses, endRecorded, isRunning, startTime } from './processes.ts';
import type { ImageRegistry } from './registry.ts';
import { attachRegistry, startRegistry } from './registry.ts';

/** What tests need to reach a running cluster; written to a file, because tests run in processes of their own. */
const State = z.object({
  directory: z.string(),
  server: z.string(),
  /** URL of etcd. */
  etcd: z.string(),
  kubeconfig: z.string(),
  registry: z.string(),
  node: z.string(),
  /** Address of this machine that pods reach; what is to be reached by them listens there. */
  gateway: z.string().default('127.0.0.1'),
  /** Folder with kubectl, helm, kustomize and the rest. */
  binaries: z.string(),
  gitea: GiteaState,
});
export type ClusterState = z.infer<typeof State>;

/** Environment variable that names the state file. */
export const STATE_VARIABLE = 'REMENDO_E2E_STATE';

// Paths of sockets below it may have 107 characters at most.
const PARENT = '/tmp';
const PREFIX = 'remendo-e2e-';
const OWNER = 'owner';

/** Starts everything in a folder of its own; answers with the path of the state file. */
export async function startCluster(builds: Builds, tell: (line: string) => void): Promise<string> {
  const directory = mkdtempSync(join(PARENT, PREFIX));
  writeFileSync(join(directory, OWNER), `${process.pid} ${startTime(process.pid) ?? 0}`);
  try {
    // Gitea runs as somebody else: its folder is to be reached, nothing to be listed.
    chmodSync(directory, 0o711);
    const processes = createProcesses(directory);
    const binaries = linkBinaries(builds, join(directory, 'bin'));
    const node = { name: 'node-1', address: nodeAddress() };
    const network = makeNetwork(directory);
    const [control, registry] = await allSettled([
      startControlPlane(directory, binaries, processes, node, network),
      startRegistry(directory, processes, network.gateway),
    ]);
    tell('etcd, API server, controllers, scheduler and image registry are up');
    const [gitea] = await allSettled([
      startGitea(directory, binaries, processes, control.certificates, network.gateway),
      startNode(directory, binaries, processes, control, {
        ...node,
        pauseImage: registry.pauseImage,
        registry: registry.host,
        network,
      }),
      startArgoCD(directory, binaries, processes, control, network.gateway),
    ]);
    tell('the node is ready; Argo CD and Gitea are up');
    const state: ClusterState = {
      directory,
      server: control.server,
      etcd: control.etcd,
      kubeconfig: control.kubeconfig,
      registry: registry.host,
      node: node.name,
      gateway: network.gateway,
      binaries: binaries.directory,
      gitea,
    };
    const file = join(directory, 'state.json');
    writeFileSync(file, JSON.stringify(state, null, 2));
    return file;
  } catch (error) {
    await stopCluster(directory, { keepLogs: true });
    throw error;
  }
}

/** All of them, or the first failure, once none of them starts anything any more. */
async function allSettled<T extends readonly unknown[]>(parts: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}

/** Ends every process of a run and takes away what it made; logs stay where asked. */
export async function stopCluster(directory: string, { keepLogs = false } = {}): Promise<void> {
  await endRecorded(directory);
  await clearNode(directory);
  if (!keepLogs) rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  else {
    for (const entry of readdirSync(directory)) {
      if (!entry.endsWith('.log')) rmSync(join(directory, entry), { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

/** Takes away every cluster that this process has started, whatever state it is in. */
export async function stopOwnClusters(options: { readonly keepLogs: boolean }): Promise<void> {
  for (const { directory, pid } of runsOnThisMachine()) if (pid === process.pid) await stopCluster(directory, options);
}

/** Clears after runs whose own process is gone: they crashed. Runs that go on are left alone. */
export async function sweep(tell: (line: string) => void): Promise<void> {
  for (const { directory, ...owner } of runsOnThisMachine()) {
    if (isRunning(owner)) continue;
    tell(`clearing after the run in ${directory}, which did not end properly`);
    await stopCluster(directory);
  }
}

function runsOnThisMachine(): {
  readonly directory: string;
  readonly pid: number;
  readonly since: string | undefined;
}[] {
  return readdirSync(PARENT).flatMap((entry) => {
    const directory = join(PARENT, entry);
    const owner = join(directory, OWNER);
    if (!entry.startsWith(PREFIX) || !existsSync(owner)) return [];
    const [pid = '', since] = readFileSync(owner, 'utf8').split(' ');
    return [{ directory, pid: Number(pid), since }];
  });
}

/** A running cluster, as tests use it. */
export interface Cluster extends ClusterState {
  readonly admin: ApiClient;
  readonly images: ImageRegistry;
  /** File of the certificate authority. */
  readonly ca: string;
  /** Calls as somebody else, by a token. */
  as(token: string): ApiClient;
}

/** The cluster that the runner has started for this test; throws with what to do where there is none. */
export function attachCluster(): Cluster {
  const file = process.env[STATE_VARIABLE];
  if (file === undefined) throw new Error('there is no cluster: run `npm run test:e2e`');
  const state = State.parse(JSON.parse(readFileSync(file, 'utf8')));
  const pki = (name: string): { cert: string; key: string } => ({
    cert: join(state.directory, 'pki', `${name}.crt`),
    key: join(state.directory, 'pki', `${name}.key`),
  });
  const ca = pki('ca');
  return {
    ...state,
    admin: createApiClient(state.server, { ca, client: pki('admin') }),
    ca: ca.cert,
    images: attachRegistry(state.directory, state.registry),
    as: (token) => createApiClient(state.server, { ca, token }),
  };
}
