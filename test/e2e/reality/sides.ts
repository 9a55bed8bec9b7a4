import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Connection } from '../../../src/adapters/kubernetes/connect.ts';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import { createDryRun } from '../../../src/adapters/kubernetes/dry-run.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { KINDS, isKind } from '../../../src/domain/kubernetes/kinds.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { DryRun } from '../../../src/ports/cluster.ts';
import { createSandboxClock } from '../../../src/sandbox/clock.ts';
import { createClusterWorld } from '../../../src/sandbox/cluster/world.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { until } from '../scenarios/world.ts';

/** A cluster that is asked through the shipped adapters: the real one, or the sandbox. */
export interface Side {
  readonly name: 'real' | 'sandbox';
  readonly connection: Connection;
  readonly dryRun: DryRun;
  /** Creates or changes an object, as Argo CD does with ServerSideApply: what it no longer names is removed. */
  seed(object: JsonObject): Promise<void>;
  /** Creates an object as Argo CD usually does: client-side apply, which notes what it applied. */
  seedClientSide(object: JsonObject): Promise<void>;
  /** From now on nothing of the past can be asked for: etcd compacts its history. */
  forget(): Promise<void>;
}

export interface Sides {
  readonly real: Side;
  readonly sandbox: Side;
  close(): Promise<void>;
}

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

/** Both sides, with nothing in them yet. Nothing runs in the sandbox: only its API is asked. */
export async function openSides(): Promise<Sides> {
  const directory = mkdtempSync(join(tmpdir(), 'remendo-e2e-sides-'));
  const cluster = attachCluster();
  const clock = createSandboxClock();
  const world = createClusterWorld({ clock });
  const kubeconfig = join(directory, 'sandbox.kubeconfig');
  const { kubeconfigText } = await world.listen();
  writeFileSync(kubeconfig, kubeconfigText, { mode: 0o600 });
  const real = await open(
    'real',
    cluster.kubeconfig,
    (object) => seedReal(cluster, object),
    (object) => createClientSide(cluster, object),
    () => compact(cluster),
  );
  const apply = async (object: JsonObject): Promise<void> => {
    world.apply(object);
    const { name } = object['metadata'] as { name: string };
    if (object['kind'] !== 'Namespace') return;
    // Controllers do this in the real cluster.
    for (const own of [
      { kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } },
      { kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace: name }, data: { 'ca.crt': '' } },
    ])
      world.apply({ apiVersion: 'v1', ...own });
  };
  const serverSide = async (object: JsonObject): Promise<void> => {
    await apply(object);
    const { kind, metadata } = object as { kind: string; metadata: { name: string; namespace?: string } };
    const stored = world.get(kind, metadata.namespace, metadata.name);
    const managedFields = [{ manager: 'argocd-controller', operation: 'Apply' }];
    if (stored) world.store.update(stored, (target) => void Object.assign(target.metadata, { managedFields }));
  };
  const forget = async (): Promise<void> => world.faults.set({ gone: true });
  const sandbox = await open('sandbox', kubeconfig, serverSide, apply, forget);
  return {
    real,
    sandbox,
    async close() {
      real.connection.close();
      sandbox.connection.close();
      await world.stop();
      clock.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function open(
  name: Side['name'],
  kubeconfig: string,
  seed: Side['seed'],
  seedClientSide: Side['seed'],
  forget: Side['forget'],
): Promise<Side> {
  const connection = await connect({ env: {}, kubeconfig });
  if (!connection.ok) throw new Error(connection.error.message);
  return {
    name,
    connection: connection.value,
    dryRun: createDryRun(connection.value, { log: quiet }),
    seed,
    seedClientSide,
    forget,
  };
}

/** The path of an object of a kind that Remendo knows. */
export function pathOf(object: JsonObject): string {
  const { kind, metadata, apiVersion } = object as {
    kind: string;
    apiVersion: string;
    metadata: { name: string; namespace?: string };
  };
  if (!isKind(kind)) throw new Error(`no path for ${kind}`);
  const { plural } = KINDS[kind];
  const root = apiVersion.includes('/') ? 'apis' : 'api';
  const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `/${root}/${apiVersion}${scope}/${plural}/${metadata.name}`;
}

async function seedReal({ admin }: Cluster, object: JsonObject): Promise<void> {
  const path = pathOf(object);
  const query = 'fieldManager=argocd-controller&force=true';
  const { status, body } = await admin.send('PATCH', `${path}?${query}`, object, 'application/apply-patch+yaml');
  if (status !== 200 && status !== 201) throw new Error(`${path}: ${JSON.stringify(body)}`);
  if (object['kind'] === 'Namespace') {
    // Pods are refused until the namespace has its ServiceAccount.
    await until(`the ServiceAccount of ${path}`, 20, () => admin.get(`${path}/serviceaccounts/default`));
    await until(`the certificate of ${path}`, 20, () => admin.get(`${path}/configmaps/kube-root-ca.crt`));
  }
  if (object['kind'] === 'ResourceQuota') {
    // A quota counts from the moment its controller has filled in the status.
    await until(`the status of ${path}`, 20, async () =>
      (await admin.get(path))?.status?.hard === undefined ? undefined : true,
    );
  }
}

async function createClientSide({ admin }: Cluster, object: JsonObject): Promise<void> {
  const path = pathOf(object);
  await admin.send('DELETE', path);
  const { metadata } = object as { metadata: JsonObject };
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(object)}\n` };
  const noted = { ...object, metadata: { ...metadata, annotations } };
  const collection = path.slice(0, path.lastIndexOf('/'));
  const { status, body } = await admin.send('POST', `${collection}?fieldManager=argocd-controller`, noted);
  if (status !== 201) throw new Error(`${path}: ${JSON.stringify(body)}`);
}

/** Compacts etcd up to now, through its own API. Kinds that the API server keeps no watch cache for feel it at once. */
async function compact({ etcd }: Cluster): Promise<void> {
  const call = async (method: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${etcd}/v3/kv/${method}`, { method: 'POST', body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`etcd ${method}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  const { header } = Header.parse(await call('range', { key: Buffer.from('x').toString('base64') }));
  await call('compaction', { revision: header.revision, physical: true });
}
const Header = z.object({ header: z.object({ revision: z.string() }) });
