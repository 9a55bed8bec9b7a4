import type { DaemonSet, Deployment, StatefulSet } from '../../domain/kubernetes/workload.ts';
import { findObject } from '../../domain/snapshot.ts';
import type { Snapshot } from '../../domain/snapshot.ts';

/** How far a workload's newest generation is rolled out, in pods. Counts that a status leaves out are 0. */
export interface Rollout {
  readonly generation: number | undefined;
  readonly observed: number | undefined;
  readonly desired: number;
  readonly updated: number;
  /** Pods of all revisions, where old ones may stand beside the new. */
  readonly all: number | undefined;
  readonly available: number;
}

/** The rollout of a workload; undefined where the snapshot does not hold it. */
export function rolloutOf(
  snapshot: Snapshot,
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
  name: string,
  namespace: string | undefined,
): Rollout | undefined {
  if (kind === 'Deployment') {
    const found = findObject(snapshot, kind, name, namespace);
    return found && ofDeployment(found);
  }
  if (kind === 'StatefulSet') {
    const found = findObject(snapshot, kind, name, namespace);
    return found && ofStatefulSet(found);
  }
  const found = findObject(snapshot, kind, name, namespace);
  return found && ofDaemonSet(found);
}

function ofDeployment({ metadata, spec, status = {} }: Deployment): Rollout {
  return {
    generation: metadata.generation,
    observed: status.observedGeneration,
    desired: spec.replicas ?? 1,
    updated: status.updatedReplicas ?? 0,
    all: status.replicas,
    available: status.availableReplicas ?? 0,
  };
}

function ofStatefulSet({ metadata, spec, status = {} }: StatefulSet): Rollout {
  const desired = spec.replicas ?? 1;
  // Pods below the partition keep the old revision for good.
  const kept = Math.min(spec.updateStrategy?.rollingUpdate?.partition ?? 0, desired);
  return {
    generation: metadata.generation,
    observed: status.observedGeneration,
    desired,
    updated: (status.updatedReplicas ?? 0) + kept,
    all: undefined,
    // Clusters before 1.22 do not count available pods.
    available: status.availableReplicas ?? status.readyReplicas ?? 0,
  };
}

function ofDaemonSet({ metadata, status = {} }: DaemonSet): Rollout {
  return {
    generation: metadata.generation,
    observed: status.observedGeneration,
    desired: status.desiredNumberScheduled ?? 0,
    updated: status.updatedNumberScheduled ?? 0,
    all: undefined,
    available: status.numberAvailable ?? 0,
  };
}
