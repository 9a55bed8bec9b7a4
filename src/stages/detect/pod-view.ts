import type { Pod, Container, ContainerStatus } from '../../domain/kubernetes/pod.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { OwnerLink } from '../../domain/owners.ts';

/**
 * How the ends of this pod's containers are to be judged: `forever` containers should never end; a `failed-run` belongs
 * to a Job that has given up (or to nobody), so a bad exit is the failure; a `retrying` run is still somebody's business.
 */
export type RunKind = 'forever' | 'failed-run' | 'retrying';

/** A pod that is to be judged, with what its owners are. */
export interface PodView {
  readonly pod: Pod;
  readonly ref: ObjectRef;
  /** The pod, then its owners, the top owner last. */
  readonly chain: readonly OwnerLink[];
  readonly runs: RunKind;
  readonly containers: readonly ContainerView[];
}

/** A container of a pod: what it is to be, and how it is. */
export interface ContainerView {
  readonly name: string;
  readonly type: 'container' | 'init' | 'sidecar';
  readonly spec: Container;
  readonly status: ContainerStatus | undefined;
  /** `status.containerStatuses[name=web]`: where its status is in the pod. */
  readonly path: string;
}

/** Init containers first, in the order that the kubelet starts them. */
export function containersOf(pod: Pod): ContainerView[] {
  const view = (spec: Container, init: boolean): ContainerView => {
    const list = init ? 'initContainerStatuses' : 'containerStatuses';
    const type = init ? (spec.restartPolicy === 'Always' ? 'sidecar' : 'init') : 'container';
    const status = pod.status?.[list]?.find(({ name }) => name === spec.name);
    return { name: spec.name, type, spec, status, path: `status.${list}[name=${spec.name}]` };
  };
  return [
    ...(pod.spec.initContainers ?? []).map((spec) => view(spec, true)),
    ...pod.spec.containers.map((spec) => view(spec, false)),
  ];
}

/** `container web`, `init container migrate`, `sidecar proxy`: for sentences. */
export function describe({ name, type }: ContainerView): string {
  return type === 'init' ? `init container ${name}` : `${type} ${name}`;
}
