import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { startArgoCD } from './argocd.ts';
import type { Binaries } from './binaries.ts';
import type { ApiClient } from './client.ts';
import { createApiClient } from './client.ts';
import { startControlPlane } from './control-plane.ts';
import { clearNode, startNode } from './node.ts';
import { nodeAddress } from './prerequisites.ts';
import { createProcesses, endRecorded, isRunning, startTime } from './processes.ts';
import type { ImageRegistry } from './registry.ts';
import { attachRegistry, startRegistry } from './registry.ts';

/** What tests need to reach a running cluster; written to a file, because tests run in processes of their own. */
const State = z.object({
  directory: z.string(),
  server: z.string(),
  kubeconfig: z.string(),
  registry: z.string(),
  node: z.string(),
  /** Folder with kubectl, helm, kustomize and the rest. */
  binaries: z.string(),
});
export type ClusterState = z.infer<typeof State>;

/** Environment variable that names the state file. */
export const STATE_VARIABLE = 'REMENDO_E2E_STATE';

// Paths of sockets below it may have 107 characters at most.
const PARENT = '/tmp';
const PREFIX = 'remendo-e2e-';
const OWNER = 'owner';

/** Starts everything in a folder of its own; answers with the path of the state file. */
export async function startCluster(binaries: Binaries, tell: (line: string) => void): Promise<string> {
  const directory = mkdtempSync(join(PARENT, PREFIX));
  writeFileSync(join(directory, OWNER), `${process.pid} ${startTime(process.pid) ?? 0}`);
  try {
    const processes = createProcesses(directory);
    const node = { name: 'node-1', address: nodeAddress() };
    const [control, registry] = await Promise.all([
      startControlPlane(directory, binaries, processes, node),
      startRegistry(directory, processes),
    ]);
    tell('etcd, API server, controllers, scheduler and image registry are up');
    await Promise.all([
      startNode(directory, binaries, processes, control, { ...node, pauseImage: registry.pauseImage }),
      startArgoCD(directory, binaries, processes, control),
    ]);
    tell('the node is ready; Argo CD is up');
    const state: ClusterState = {
      directory,
      server: control.server,
      kubeconfig: control.kubeconfig,
      registry: registry.host,
      node: node.name,
      binaries: binaries.directory,
    };
    const file = join(directory, 'state.json');
    writeFileSync(file, JSON.stringify(state, null, 2));
    return file;
  } catch (error) {
    await stopCluster(directory, { keepLogs: true });
    throw error;
  }
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

/** Clears after runs whose own process is gone: they crashed. Runs that go on are left alone. */
export async function sweep(tell: (line: string) => void): Promise<void> {
  for (const entry of readdirSync(PARENT)) {
    const directory = join(PARENT, entry);
    const owner = join(directory, OWNER);
    if (!entry.startsWith(PREFIX) || !existsSync(owner)) continue;
    const [pid = '', since] = readFileSync(owner, 'utf8').split(' ');
    if (isRunning({ pid: Number(pid), since })) continue;
    tell(`clearing after the run in ${directory}, which did not end properly`);
    await stopCluster(directory);
  }
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
