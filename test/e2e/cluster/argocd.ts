import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:net';
import type { Binaries } from './binaries.ts';
import type { ControlPlane } from './control-plane.ts';
import { findProgram } from './prerequisites.ts';
import type { Processes } from './processes.ts';
import { freePorts } from './processes.ts';
import { trustOnly } from './trust.ts';

/** Where Argo CD keeps its own objects. */
export const ARGOCD = 'argocd';

/** Starts redis and Argo CD's repo-server and application controller as plain processes beside the cluster. */
export async function startArgoCD(
  directory: string,
  binaries: Binaries,
  processes: Processes,
  control: ControlPlane,
  gateway: string,
): Promise<void> {
  const home = join(directory, 'argocd');
  for (const folder of ['ssh', 'tls', 'gpg/keys', 'gpg/source', 'tmp', 'files'])
    mkdirSync(join(home, folder), { recursive: true });
  execFileSync('tar', ['-xf', binaries.files('argocd'), '-C', join(home, 'files')]);
  await install(control, join(home, 'files', 'manifests', 'crds'));
  // Git hosts of the tests at this address have certificates of the cluster's own authority.
  copyFileSync(control.certificates.ca.cert, join(home, 'tls', gateway));
  const [redisPort = 0, repoPort = 0, repoMetrics = 0, controllerMetrics = 0] = await freePorts(4);
  const redis = processes.start('redis', findProgram('redis-server') ?? 'redis-server', {
    args: ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
  });
  writeFileSync(join(home, 'ssh', 'ssh_known_hosts'), '');
  const env = {
    // helm and kustomize lie beside it.
    PATH: `${binaries.directory}:${process.env['PATH'] ?? ''}`,
    KUBECONFIG: control.kubeconfig,
    TMPDIR: join(home, 'tmp'),
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_SSH_DATA_PATH: join(home, 'ssh'),
    ARGOCD_TLS_DATA_PATH: join(home, 'tls'),
    ARGOCD_GNUPGHOME: join(home, 'gpg/keys'),
    // Without it all repo-servers of a machine share one socket, and git asks the wrong one for a password.
    ARGOCD_ASK_PASS_SOCK: join(home, 'ask-pass.sock'),
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    // Argo CD names the file of its own for each host.
    GIT_SSL_CAPATH: trustOnly(control.certificates.ca.cert).GIT_SSL_CAPATH,
  };
  const common = [`--kubeconfig=${control.kubeconfig}`, `--namespace=${ARGOCD}`, `--redis=127.0.0.1:${redisPort}`];
  const repoServer = processes.start('argocd-repo-server', binaries.argocd, {
    args: [
      `--redis=127.0.0.1:${redisPort}`,
      '--address=127.0.0.1',
      `--port=${repoPort}`,
      '--metrics-address=127.0.0.1',
      `--metrics-port=${repoMetrics}`,
      '--disable-tls',
      '--revision-cache-expiration=3s',
    ],
    env: { ...env, ARGOCD_BINARY_NAME: 'argocd-repo-server' },
  });
  const controller = processes.start('argocd-application-controller', binaries.argocd, {
    args: [
      ...common,
      `--repo-server=127.0.0.1:${repoPort}`,
      '--repo-server-plaintext',
      `--metrics-port=${controllerMetrics}`,
      '--app-resync=5',
      '--app-resync-jitter=0',
    ],
    env: { ...env, ARGOCD_BINARY_NAME: 'argocd-application-controller' },
  });
  await processes.waitFor(redis, () => accepts(redisPort), 20);
  await processes.waitFor(repoServer, () => accepts(repoPort), 60);
  await processes.waitFor(controller, () => accepts(controllerMetrics), 60);
}

/** The CRDs of the module itself, the settings that Argo CD looks for, and a project that allows everything. */
async function install({ admin }: ControlPlane, crds: string): Promise<void> {
  const base = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const name of ['application', 'applicationset', 'appproject']) {
    const { status, body } = await admin.send(
      'PATCH',
      `${base}/${name}s.argoproj.io?fieldManager=e2e&force=true`,
      readFileSync(join(crds, `${name}-crd.yaml`), 'utf8'),
      'application/apply-patch+yaml',
    );
    if (status >= 300) throw new Error(`the CRD of ${name} is refused: ${JSON.stringify(body)}`);
  }
  await admin.apply(`/api/v1/namespaces/${ARGOCD}`, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: ARGOCD },
  });
  const named = (kind: string, name: string): Record<string, unknown> => ({
    apiVersion: 'v1',
    kind,
    metadata: {
      name,
      namespace: ARGOCD,
      labels: { 'app.kubernetes.io/part-of': 'argocd', 'app.kubernetes.io/name': name },
    },
  });
  const settings = [
    'argocd-cm',
    'argocd-rbac-cm',
    'argocd-cmd-params-cm',
    'argocd-ssh-known-hosts-cm',
    'argocd-tls-certs-cm',
    'argocd-gpg-keys-cm',
  ];
  for (const name of settings) {
    await admin.apply(`/api/v1/namespaces/${ARGOCD}/configmaps/${name}`, named('ConfigMap', name));
  }
  const secret = { ...named('Secret', 'argocd-secret'), stringData: { 'server.secretkey': 'only-for-this-run' } };
  await admin.apply(`/api/v1/namespaces/${ARGOCD}/secrets/argocd-secret`, secret);
  const project = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace: ARGOCD },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ server: '*', namespace: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    },
  };
  for (let attempt = 1; ; attempt++) {
    // A CRD is served a moment after it is accepted.
    try {
      await admin.apply(`/apis/argoproj.io/v1alpha1/namespaces/${ARGOCD}/appprojects/default`, project);
      return;
    } catch (error) {
      if (attempt === 30) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
