import { refKey } from '../../../domain/object-ref.ts';
import { createOwnerIndex } from '../../../domain/owners.ts';
import { refOfKind } from '../../../domain/snapshot.ts';
import type { ProposeContext } from '../proposer.ts';
import { isReady, wasStarted } from '../pod-state.ts';
import { revisionOf } from '../ran-before.ts';
import { newestSet } from './beginning.ts';

/**
 * How far the new pods of a rollout came that stands still for no known reason: whether there are any, whether a container of theirs
 * was ever started, and whether one after the init containers was. What a container is told to run explains nothing before, and
 * nothing of the containers explains why pods are not ready whose containers all are (`gated`: readiness gates).
 */
export function progressOf(context: ProposeContext): 'no-pod' | 'not-started' | 'initialising' | 'started' | 'gated' {
  const { incident, snapshot } = context;
  const owners = createOwnerIndex(snapshot);
  const newest = newestSet(context)?.metadata.name;
  const pods = snapshot.objects.Pod.filter(
    (pod) =>
      pod.metadata.namespace === incident.object.namespace &&
      pod.metadata.deletionTimestamp === undefined &&
      (newest === undefined || revisionOf(pod) === newest) &&
      refKey(owners.topOwner(refOfKind('Pod', pod.metadata))) === refKey(incident.object),
  ).filter((pod) => !isReady(pod));
  if (pods.length === 0) return newest === undefined ? 'started' : 'no-pod';
  if (pods.every(({ status }) => status?.conditions?.some(isContainersReady))) return 'gated';
  if (pods.some(({ status }) => status?.containerStatuses?.some(wasStarted))) return 'started';
  return pods.some(({ status }) => status?.initContainerStatuses?.some(wasStarted)) ? 'initialising' : 'not-started';
}

/** The kubelet's own word that only readiness gates are left (pkg/kubelet/status GeneratePodReadyCondition). */
function isContainersReady({ type, status }: { readonly type: string; readonly status: string }): boolean {
  return type === 'ContainersReady' && status === 'True';
}
