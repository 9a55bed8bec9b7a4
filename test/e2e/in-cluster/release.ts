import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { findProgram } from '../cluster/prerequisites.ts';

const CHART = join(import.meta.dirname, '..', '..', '..', 'charts', 'remendo');

/** One pod of a release, with the fields that the tests look at. */
export interface Pod {
  readonly name: string;
  readonly ip: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** Id of its container at containerd. */
  readonly container: string;
  /** Seconds from the start of the container until the pod was ready; whole seconds, as Kubernetes writes them. */
  readonly startSeconds: number;
}

/** The chart as real helm installed it, under a name of the tests' choice. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** What helm printed: the notes. */
  install(values: unknown): Promise<string>;
  /** The same, without waiting for the pods. */
  start(values: unknown): Promise<string>;
  upgrade(values: unknown): Promise<string>;
  uninstall(): Promise<void>;
  /** Takes away whatever a test left, with the namespace. */
  remove(): Promise<void>;
  /** Those that are not being deleted. */
  pods(): Promise<readonly Pod[]>;
  /** Name of the pod that holds the Lease; undefined where none does. */
  leader(): Promise<string | undefined>;
  /** Kills the main process of a pod's container and takes the pod away, without a word to it. */
  kill(pod: Pod): Promise<void>;
  kubectl(...args: readonly string[]): Promise<string>;
  /** Names of everything in the namespace and, without one, in the cluster that a chart could leave behind. */
  objects(): Promise<string>;
  /** The ends of the pods' logs, for a test that waits in vain. */
  lastWords(): Promise<string>;
}

export interface ReleaseOptions {
  readonly namespace: string;
  readonly name: string;
  /** Of the Secret `credentials`. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Of the ConfigMap `authorities`, in PEM. */
  readonly authorities: string;
}

const NAMESPACED =
  'deployments,replicasets,pods,services,configmaps,secrets,serviceaccounts,roles,rolebindings,networkpolicies,poddisruptionbudgets,leases';
const GLOBAL = 'clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings';

/** Prepares the namespace, which enforces the Pod Security Standard "restricted", as docs/install.md says. */
export async function prepareRelease(
  cluster: Cluster,
  { namespace, name, credentials, authorities }: ReleaseOptions,
): Promise<Release> {
  const { directory, binaries, kubeconfig } = cluster;
  const home = join(directory, 'helm');
  mkdirSync(home, { recursive: true });
  const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfig };
  const run = (program: string, args: readonly string[]): Promise<string> => {
    const options = { env, maxBuffer: 64 * 1024 ** 2, timeout: 300_000 };
    return new Promise((resolve, reject) =>
      execFile(program, args, options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${error.message}\n${stdout.slice(-3000)}\n${stderr.slice(-3000)}`));
      }),
    );
  };
  const helm = (...args: readonly string[]): Promise<string> =>
    run(join(binaries, 'helm'), ['--namespace', namespace, ...args]);
  const kubectl = (...args: readonly string[]): Promise<string> =>
    run(join(binaries, 'kubectl'), ['--namespace', namespace, ...args]);
  const valuesFile = (values: unknown): string => {
    const file = join(home, `${namespace}-${name}.json`);
    writeFileSync(file, JSON.stringify(values));
    return file;
  };
  await cluster.admin.apply(`/api/v1/namespaces/${namespace}`, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });
  await cluster.admin.apply(`/api/v1/namespaces/${namespace}/secrets/credentials`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'credentials', namespace },
    stringData: credentials,
  });
  await cluster.admin.apply(`/api/v1/namespaces/${namespace}/configmaps/authorities`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'authorities', namespace },
    data: { 'ca.crt': authorities },
  });
  const wait = ['--wait', '--timeout', '4m'];
  const pods = async (): Promise<readonly Pod[]> => {
    const selector = encodeURIComponent(`app.kubernetes.io/instance=${name}`);
    const list = await cluster.admin.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`);
    // oxlint-disable-next-line typescript/no-explicit-any -- whatever the server sends
    return list.items.filter(({ metadata }: any) => metadata.deletionTimestamp === undefined).map(podOf);
  };
  return {
    name,
    namespace,
    start: (values) => helm('install', name, CHART, '--values', valuesFile(values)),
    install: (values) => helm('install', name, CHART, '--values', valuesFile(values), ...wait),
    upgrade: (values) => helm('upgrade', name, CHART, '--values', valuesFile(values), ...wait),
    async uninstall() {
      await helm('uninstall', name, ...wait);
    },
    async remove() {
      await helm('uninstall', name, '--ignore-not-found', ...wait);
      await kubectl('delete', 'namespace', namespace, '--wait', '--timeout=2m');
    },
    pods,
    async leader() {
      const lease = await cluster.admin.get(
        `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${fullNameOf(name)}`,
      );
      const holder: string = lease?.spec?.holderIdentity ?? '';
      return holder.replace(/_[^_]*$/, '') || undefined;
    },
    async kill(pod) {
      const ctr = findProgram('ctr') ?? 'ctr';
      const at = ['--address', join(directory, 'containerd.sock'), '--namespace', 'k8s.io'];
      await run(ctr, [...at, 'tasks', 'kill', '--signal', 'SIGKILL', pod.container]);
      await kubectl('delete', 'pod', pod.name, '--grace-period=0', '--force');
    },
    kubectl,
    async objects() {
      const listed = [await kubectl('get', NAMESPACED, '--output=name'), await kubectl('get', GLOBAL, '--output=name')];
      return listed.join('').trim();
    },
    async lastWords() {
      const logs = (await pods()).map((pod) => kubectl('logs', pod.name, '--tail=3').catch(String));
      return (await Promise.all(logs)).map((log) => log.slice(-1500)).join('\n');
    },
  };
}

/** `remendo.fullname` of the chart. */
const fullNameOf = (release: string): string => (release.includes('remendo') ? release : `${release}-remendo`);

// oxlint-disable-next-line typescript/no-explicit-any -- whatever the server sends
function podOf({ metadata, status }: any): Pod {
  const container = status.containerStatuses?.[0];
  // oxlint-disable-next-line typescript/no-explicit-any -- see above
  const ready = status.conditions?.find(({ type }: any) => type === 'Ready');
  const since = (Date.parse(ready?.lastTransitionTime) - Date.parse(container?.state?.running?.startedAt)) / 1000;
  return {
    name: metadata.name,
    ip: status.podIP ?? '',
    ready: ready?.status === 'True',
    restarts: container?.restartCount ?? 0,
    container: (container?.containerID ?? '').replace('containerd://', ''),
    startSeconds: since,
  };
}
