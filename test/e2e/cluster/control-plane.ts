import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import type { Certificates } from './certificates.ts';
import { makeCertificates, writeKubeconfig } from './certificates.ts';
import type { ApiClient } from './client.ts';
import { createApiClient } from './client.ts';
import type { Network } from './network.ts';
import type { Processes } from './processes.ts';
import { freePorts } from './processes.ts';

/** A running control plane without a node. */
export interface ControlPlane {
  readonly server: string;
  /** Where etcd answers, without a password. */
  readonly etcd: string;
  /** Of the administrator. */
  readonly kubeconfig: string;
  readonly certificates: Certificates;
  readonly admin: ApiClient;
}

/** Starts etcd, the API server, the controllers and the scheduler below `directory`. */
export async function startControlPlane(
  directory: string,
  binaries: Binaries,
  processes: Processes,
  node: { readonly name: string; readonly address: string },
  network: Network,
): Promise<ControlPlane> {
  const [etcdPort = 0, peerPort = 0, controllersPort = 0, schedulerPort = 0] = await freePorts(4);
  const addresses = ['127.0.0.1', node.address, network.gateway, network.apiServer];
  const certificates = makeCertificates(directory, node.name, addresses);
  const { ca, server, clients, serviceAccount } = certificates;
  const url = `https://${network.apiServer}:443`;
  const kubeconfig = join(directory, 'admin.kubeconfig');
  writeKubeconfig(kubeconfig, url, ca, clients.admin);
  const admin = createApiClient(url, { ca, client: clients.admin });

  const etcdURL = `http://127.0.0.1:${etcdPort}`;
  const etcd = processes.start('etcd', binaries.etcd, {
    args: [
      `--data-dir=${join(directory, 'etcd')}`,
      `--listen-client-urls=${etcdURL}`,
      `--advertise-client-urls=${etcdURL}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      // The data lives as long as the run.
      '--unsafe-no-fsync',
    ],
  });
  await processes.waitFor(etcd, async () => (await fetch(`${etcdURL}/health`)).ok);

  const api = processes.start('kube-apiserver', binaries['kube-apiserver'], {
    args: [
      `--etcd-servers=${etcdURL}`,
      // Where pods look for the Service `kubernetes`.
      `--bind-address=${network.apiServer}`,
      `--advertise-address=${node.address}`,
      '--secure-port=443',
      '--endpoint-reconciler-type=none',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      `--service-cluster-ip-range=${network.services}`,
      '--allow-privileged=true',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${serviceAccount.key}`,
      `--service-account-signing-key-file=${serviceAccount.key}`,
      `--client-ca-file=${ca.cert}`,
      `--tls-cert-file=${server.cert}`,
      `--tls-private-key-file=${server.key}`,
      `--kubelet-client-certificate=${clients['kubelet-client'].cert}`,
      `--kubelet-client-key=${clients['kubelet-client'].key}`,
      '--kubelet-preferred-address-types=InternalIP',
    ],
  });
  await processes.waitFor(api, async () => (await admin.send('GET', '/readyz')).status === 200, 90);

  const kubeconfigOf = (name: 'controllers' | 'scheduler'): string => {
    const file = join(directory, `${name}.kubeconfig`);
    writeKubeconfig(file, url, ca, clients[name]);
    return file;
  };
  processes.start('kube-controller-manager', binaries['kube-controller-manager'], {
    args: [
      `--kubeconfig=${kubeconfigOf('controllers')}`,
      '--leader-elect=false',
      '--use-service-account-credentials=true',
      '--bind-address=127.0.0.1',
      `--secure-port=${controllersPort}`,
      `--root-ca-file=${ca.cert}`,
      `--service-account-private-key-file=${serviceAccount.key}`,
      // A node that a slow machine starves is not lost.
      '--node-monitor-grace-period=5m',
    ],
  });
  processes.start('kube-scheduler', binaries['kube-scheduler'], {
    args: [
      `--kubeconfig=${kubeconfigOf('scheduler')}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      `--secure-port=${schedulerPort}`,
    ],
  });
  return { server: url, etcd: etcdURL, kubeconfig, certificates, admin };
}
