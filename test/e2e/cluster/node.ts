import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { writeKubeconfig } from './certificates.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Network } from './network.ts';
import { bridgeOf } from './network.ts';
import { findProgram } from './prerequisites.ts';
import type { Processes } from './processes.ts';
import { freePorts } from './processes.ts';

/** Name of the cgroup of a run, from its folder's name, so that a later run can clear it. */
const cgroupOf = (directory: string): string => `remendo-e2e-${basename(directory).replace(/^.*-/, '').toLowerCase()}`;

const CGROUPS = '/sys/fs/cgroup';

export interface NodeOptions {
  readonly name: string;
  readonly address: string;
  readonly pauseImage: string;
  /** HOST:PORT of the registry, which speaks plain HTTP. */
  readonly registry: string;
  readonly network: Network;
}

/** Starts containerd and kubelet, and waits until the node is ready. */
export async function startNode(
  directory: string,
  binaries: Binaries,
  processes: Processes,
  { server, certificates, admin }: ControlPlane,
  { name, address, pauseImage, registry, network }: NodeOptions,
): Promise<void> {
  const socket = join(directory, 'containerd.sock');
  const containerd = processes.start('containerd', findProgram('containerd') ?? 'containerd', {
    args: ['--config', containerdConfig(directory, socket, { pauseImage, registry, network })],
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
  });
  await processes.waitFor(containerd, () => Promise.resolve(existsSync(socket)), 30);

  const [kubeletPort = 0] = await freePorts(1);
  const kubeconfig = join(directory, 'kubelet.kubeconfig');
  writeKubeconfig(kubeconfig, server, certificates.ca, certificates.clients.node);
  const cgroup = cgroupOf(directory);
  makeCgroup(cgroup);
  const logs = join(directory, 'pod-logs');
  mkdirSync(logs, { recursive: true });
  const config = join(directory, 'kubelet.json');
  writeFileSync(
    config,
    JSON.stringify({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      address,
      port: kubeletPort,
      healthzPort: 0,
      authentication: { x509: { clientCAFile: certificates.ca.cert }, webhook: { enabled: false } },
      authorization: { mode: 'AlwaysAllow' },
      containerRuntimeEndpoint: `unix://${socket}`,
      cgroupDriver: 'cgroupfs',
      cgroupRoot: `/${cgroup}`,
      failCgroupV1: false,
      failSwapOn: false,
      clusterDNS: [network.dns],
      clusterDomain: 'cluster.local',
      podLogsDir: logs,
      // The disk of the machine is not this test's matter.
      evictionHard: { 'memory.available': '50Mi' },
      imageGCHighThresholdPercent: 100,
      serializeImagePulls: false,
      nodeStatusUpdateFrequency: '5s',
      volumePluginDir: join(directory, 'volume-plugins'),
    }),
  );
  const kubelet = processes.start('kubelet', binaries.kubelet, {
    args: [
      `--config=${config}`,
      `--kubeconfig=${kubeconfig}`,
      `--root-dir=${join(directory, 'kubelet')}`,
      `--cert-dir=${join(directory, 'kubelet-pki')}`,
      `--hostname-override=${name}`,
      `--node-ip=${address}`,
    ],
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
  });
  await processes.waitFor(kubelet, async () => isReady(await admin.get(`/api/v1/nodes/${name}`)), 90);
}

// oxlint-disable-next-line typescript/no-explicit-any -- whatever the server sends
function isReady(node: any): boolean {
  const conditions: readonly { type: string; status: string }[] = node?.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function containerdConfig(
  directory: string,
  socket: string,
  { pauseImage, registry, network }: Pick<NodeOptions, 'pauseImage' | 'registry' | 'network'>,
): string {
  const { bridge, pods } = network;
  const cni = join(directory, 'cni');
  mkdirSync(cni, { recursive: true });
  const ipam = { type: 'host-local', dataDir: join(directory, 'ipam'), ranges: [[{ subnet: pods }]] };
  const plugin = { type: 'bridge', bridge, isDefaultGateway: true, ipam };
  const list = { cniVersion: '0.4.0', name: bridge, plugins: [plugin] };
  writeFileSync(join(cni, '10-remendo.conflist'), JSON.stringify(list));
  const hosts = join(directory, 'registries');
  mkdirSync(join(hosts, registry), { recursive: true });
  // containerd 1.6 refuses a file that names no host.
  const plain = `server = "http://${registry}"\n[host."http://${registry}"]\ncapabilities = ["pull", "resolve"]\n`;
  writeFileSync(join(hosts, registry, 'hosts.toml'), plain);
  const file = join(directory, 'containerd.toml');
  writeFileSync(
    file,
    `version = 2
root = "${join(directory, 'containerd')}"
state = "${join(directory, 'containerd-state')}"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${pauseImage}"
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
stream_server_address = "127.0.0.1"
stream_server_port = "0"
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "${hosts}"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${cni}"
`,
  );
  return file;
}

/** Folders of the hierarchies of cgroup v1, or the one of v2. */
function cgroupHierarchies(): string[] {
  if (existsSync(join(CGROUPS, 'cgroup.controllers'))) return [CGROUPS];
  return readdirSync(CGROUPS)
    .map((entry) => join(CGROUPS, entry))
    .filter((folder) => existsSync(join(folder, 'cgroup.procs')));
}

function makeCgroup(name: string): void {
  for (const hierarchy of cgroupHierarchies()) {
    // Beside those of v1, containerd makes what it needs there.
    if (hierarchy.endsWith('/unified')) continue;
    const folder = join(hierarchy, name);
    mkdirSync(folder, { recursive: true });
    // cpuset of v1 gives a new group nothing.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (!existsSync(join(folder, file))) continue;
      writeFileSync(join(folder, file), readFileSync(join(hierarchy, file), 'utf8').trim());
    }
  }
}

/** Ends what still runs in the containers of a run, and takes away its mounts, cgroups and bridge. */
export async function clearNode(directory: string): Promise<void> {
  const bridge = bridgeOf(directory);
  for (const hierarchy of cgroupHierarchies()) await removeCgroup(join(hierarchy, cgroupOf(directory)));
  unmountBelow(directory);
  if (existsSync(`/sys/class/net/${bridge}`)) quietly('ip', ['link', 'delete', bridge]);
}

/** Takes away every mount below a folder, last made first. */
export function unmountBelow(directory: string): void {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[4] ?? [])
    .filter((place) => place.startsWith(`${directory}/`));
  for (const place of mounts.toReversed()) quietly('umount', ['-l', place]);
}

async function removeCgroup(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeCgroup(join(folder, entry.name));
  }
  for (let attempt = 0; attempt < 20; attempt++) {
    for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n')) {
      try {
        if (pid !== '') process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    try {
      rmdirSync(folder);
      return;
    } catch {
      await sleep(100);
    }
  }
}

function quietly(program: string, args: readonly string[]): void {
  try {
    execFileSync(findProgram(program) ?? program, args, { stdio: 'ignore' });
  } catch {
    // Gone already.
  }
}
