import { join } from 'node:path';
import { z } from 'zod';
import type { ApiClient } from '../cluster/client.ts';
import { createApiClient } from '../cluster/client.ts';
import type { Certificate } from '../cluster/certificates.ts';
import { makeCertificates, writeKubeconfig } from '../cluster/certificates.ts';
import { createProcesses, freePorts } from '../cluster/processes.ts';
import type { Started } from '../cluster/processes.ts';
import type { Bench } from './support.ts';

/** A real API server with nothing in it: no Argo CD, no node, no controllers. For what must not be done to the shared cluster. */
export interface BareApiServer {
  readonly admin: ApiClient;
  readonly kubeconfig: string;
  readonly server: string;
  readonly ca: Certificate;
  /** Forgets every state but the present one, as etcd is told to every five minutes. */
  readonly forget: () => Promise<void>;
}

/** `more`: further flags of the API server. */
export async function startBareApiServer(
  bench: Bench,
  more: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<BareApiServer> {
  const { cluster, folder } = bench;
  const certificates = makeCertificates(folder, 'nowhere', ['127.0.0.1']);
  const { ca, server, clients, serviceAccount } = certificates;
  // Written down in the run's own ledger: a test that crashes leaves nothing behind.
  const processes = createProcesses(cluster.directory);
  const [etcdPort = 0, peerPort = 0, port = 0] = await freePorts(3);
  const etcdURL = `http://127.0.0.1:${etcdPort}`;
  const etcd = processes.start('bare-etcd', join(cluster.binaries, 'etcd'), {
    args: [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcdURL}`,
      `--advertise-client-urls=${etcdURL}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      '--unsafe-no-fsync',
    ],
  });
  bench.later(() => end(etcd));
  await processes.waitFor(etcd, async () => (await fetch(`${etcdURL}/health`)).ok);
  const api = processes.start('bare-kube-apiserver', join(cluster.binaries, 'kube-apiserver'), {
    args: [
      `--etcd-servers=${etcdURL}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      '--endpoint-reconciler-type=none',
      '--authorization-mode=RBAC',
      // Else pages of the past come from its own memory, which outlasts what etcd has forgotten.
      '--feature-gates=ListFromCacheSnapshot=false',
      '--service-cluster-ip-range=10.112.0.0/16',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${serviceAccount.key}`,
      `--service-account-signing-key-file=${serviceAccount.key}`,
      `--client-ca-file=${ca.cert}`,
      `--tls-cert-file=${server.cert}`,
      `--tls-private-key-file=${server.key}`,
      ...more,
    ],
    env,
  });
  bench.later(() => end(api));
  const url = `https://127.0.0.1:${port}`;
  const admin = createApiClient(url, { ca, client: clients.admin });
  await processes.waitFor(api, async () => (await admin.send('GET', '/readyz')).status === 200, 120);
  const kubeconfig = join(folder, 'bare.kubeconfig');
  writeKubeconfig(kubeconfig, url, ca, clients.admin);
  const ask = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${etcdURL}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`etcd ${path}: ${await answer.text()}`);
    return answer.json();
  };
  return {
    admin,
    kubeconfig,
    server: url,
    ca,
    async forget() {
      const { header } = Revision.parse(await ask('range', { key: Buffer.from('x').toString('base64') }));
      await ask('compaction', { revision: header.revision, physical: true });
    },
  };
}

const Revision = z.object({ header: z.object({ revision: z.string() }) });

async function end({ child }: Started): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  // It was started so that nothing waits for it; here something does.
  child.ref();
  child.kill('SIGKILL');
  await ended;
}
