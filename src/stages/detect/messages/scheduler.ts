/** `0/N nodes are available: ...` taken apart. */
export interface Unschedulable {
  /** Reasons by node count, verbatim; a reason that the scheduler gives for the whole pod counts 0 nodes. */
  readonly reasons: readonly { readonly nodes: number; readonly reason: string }[];
}

/**
 * Reads the text of a FailedScheduling event or of the PodScheduled condition (k8s.io/kubernetes
 * pkg/scheduler/framework/types.go, FitError.Error). What follows `preemption:` is about other pods and is cut first.
 */
export function parseUnschedulable(message: string): Unschedulable {
  const head = message.split(/\.? (?:no new claims to deallocate, )?preemption: /)[0] ?? '';
  const body = /^\d+\/\d+ nodes are available: ?([\s\S]*)$/.exec(head)?.[1] ?? head;
  const trimmed = body.replace(/\.?\s*$/, '');
  if (trimmed === '') return { reasons: [] };
  // Taints and label values may hold commas: an item begins only where a count does.
  const items = trimmed.split(/, (?=\d+ )/);
  return {
    reasons: items.map((item) => {
      const match = /^(\d+) ([\s\S]+)$/.exec(item);
      return match === null ? { nodes: 0, reason: item } : { nodes: Number(match[1]), reason: match[2] ?? '' };
    }),
  };
}

/** What keeps a pod off nodes, as the scheduler names it. */
export type Obstacle =
  | 'resources'
  | 'selector'
  | 'taint'
  | 'pod-affinity'
  | 'host-port'
  | 'claim-missing'
  | 'claim-unbound'
  | 'no-volume'
  | 'volume-elsewhere'
  | 'cordoned'
  | 'other';

const OBSTACLES: readonly (readonly [Obstacle, RegExp])[] = [
  ['resources', /^Insufficient |^Too many pods/],
  [
    'selector',
    /didn't match Pod's node affinity\/selector|didn't match node selector|didn't match the requested node name|didn't satisfy plugin\(s\) \[NodeAffinity\]/,
  ],
  ['taint', /untolerated taint|had taints? .*that the pod didn't tolerate|had taints that the pod/],
  ['pod-affinity', /pod (?:anti-)?affinity|anti-affinity rules|topology spread constraints/],
  ['host-port', /free ports for the requested pod ports/],
  ['claim-missing', /^persistentvolumeclaim ".*" not found/],
  ['claim-unbound', /unbound immediate PersistentVolumeClaims/],
  ['no-volume', /didn't find available persistent volumes to bind/],
  [
    'volume-elsewhere',
    /didn't match PersistentVolume's node affinity|volume node affinity conflict|no available volume zone/,
  ],
  ['cordoned', /were unschedulable/],
];

/** What kind of obstacle a reason names; `other` for words that are not known. */
export function obstacleOf(reason: string): Obstacle {
  return OBSTACLES.find(([, pattern]) => pattern.test(reason))?.[0] ?? 'other';
}

/** The resource of `Insufficient memory`; `pods` for `Too many pods`. */
export function insufficientResource(reason: string): string | undefined {
  return reason.startsWith('Too many pods') ? 'pods' : /^Insufficient (\S+)/.exec(reason)?.[1];
}

/**
 * True for taints that Kubernetes itself puts on nodes (control plane, not ready, under pressure). Since 1.34 the scheduler
 * no longer says which taint: then it is for the nodes to tell.
 */
export function isSystemTaint(reason: string): boolean {
  return isSystemTaintKey(/\{([^:}\s]+)/.exec(reason)?.[1] ?? '');
}

/** Whether Kubernetes itself sets taints of this key: they say how a node is, not whom it is for. */
export function isSystemTaintKey(key: string): boolean {
  return /^(?:node-role\.kubernetes\.io|node\.kubernetes\.io|node\.cloudprovider\.kubernetes\.io)\//.test(key);
}
