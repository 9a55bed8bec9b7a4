import type { ClusterContext } from './context.ts';
import { HOST_IP } from './kubelet/pod-status.ts';
import type { Resources } from './objects.ts';
import { rfc3339 } from './time.ts';
import type { Node } from './workload-objects.ts';

/** A node to begin with. */
export interface NodeOptions {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** cpu, memory, pods; 4 cores, 16 GiB and 110 pods when absent. */
  readonly allocatable?: Readonly<Resources>;
}

const HEALTHY = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available', 'False'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure', 'False'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available', 'False'],
  ['Ready', 'KubeletReady', 'kubelet is posting ready status', 'True'],
] as const;

/** Puts a Ready node into the cluster. */
export function createNode({ store, clock }: Pick<ClusterContext, 'store' | 'clock'>, options: NodeOptions): void {
  const time = rfc3339(clock.now());
  const allocatable = { cpu: '4', 'ephemeral-storage': '100Gi', memory: '16Gi', pods: '110', ...options.allocatable };
  const { name, taints } = options;
  store.create<Node>({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...options.labels,
      },
    },
    spec: taints ? { taints: taints.map((taint) => ({ ...taint })) } : {},
    status: {
      addresses: [
        { address: HOST_IP, type: 'InternalIP' },
        { address: name, type: 'Hostname' },
      ],
      allocatable,
      capacity: allocatable,
      conditions: HEALTHY.map(([type, reason, message, status]) => ({
        lastHeartbeatTime: time,
        lastTransitionTime: time,
        message,
        reason,
        status,
        type,
      })),
      nodeInfo: {
        architecture: 'amd64',
        containerRuntimeVersion: 'containerd://2.1.5',
        kubeletVersion: 'v1.34.2',
        operatingSystem: 'linux',
      },
    },
  });
}
