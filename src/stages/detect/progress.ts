import type { PodView } from './pod-view.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

// The API's default of Deployment.spec.progressDeadlineSeconds; other kinds have no deadline of their own.

/** `progressDeadlineSeconds` of a Deployment that names none (apps/v1 defaults). */
export const DEFAULT_DEADLINE_SECONDS = 600;
const SAME_MOMENT_SECONDS = 5;

/**
 * True while a rollout is under way and may still succeed: a Deployment that is progressing and within its deadline, or a
 * pod (of a scale-up, of another kind) that is younger than ten minutes and was never ready. Unknown counts as no.
 */
export function isRollingOut(index: SnapshotIndex, { pod, chain }: PodView): boolean {
  const deployment = chain.find(({ ref }) => ref.kind === 'Deployment')?.ref;
  if (deployment !== undefined) {
    const object = index.find('Deployment', deployment.name, deployment.namespace);
    const progressing = object?.status?.conditions?.find(({ type }) => type === 'Progressing');
    if (progressing?.status === 'False') return false;
    if (progressing?.status === 'True' && progressing.reason !== 'NewReplicaSetAvailable') return true;
  }
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  const age = index.age(pod.status?.startTime ?? pod.metadata.creationTimestamp);
  // The kubelet writes both at once: Ready has been False since the start, so the pod was never ready.
  const neverReady = ready?.status === 'False' && age - index.age(ready.lastTransitionTime) < SAME_MOMENT_SECONDS;
  return age < DEFAULT_DEADLINE_SECONDS && neverReady;
}
