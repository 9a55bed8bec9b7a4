import type { ContainerStatus, Pod } from '../../domain/kubernetes/pod.ts';

/** Whether a pod says that it is ready. */
export function isReady({ status }: Pick<Pod, 'status'>): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}

/** Whether a container was ever started in its pod. */
export function wasStarted({ state, lastState }: ContainerStatus): boolean {
  return (state?.running ?? state?.terminated ?? lastState?.terminated) !== undefined;
}
