import type { ObjectRef } from '../../domain/object-ref.ts';
import { findObject } from '../../domain/snapshot.ts';
import type { Snapshot } from '../../domain/snapshot.ts';

/** Whether a workload runs as declared now: `unknown` for kinds that have no such state, or that are not there. */
export type Readiness = { readonly state: 'ready' | 'not-ready' | 'unknown'; readonly detail: string };

interface Counts {
  readonly generation: number | undefined;
  readonly observed: number | undefined;
  readonly desired: number;
  readonly updated: number;
  readonly available: number;
}

/**
 * As `kubectl rollout status` decides (k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go): the newest generation is
 * observed, all replicas are updated, and all are available.
 */
export function readinessOf(snapshot: Snapshot, ref: ObjectRef): Readiness {
  const counts = countsOf(snapshot, ref);
  if (!counts) return { state: 'unknown', detail: `${ref.kind} has no rollout state` };
  const { generation, observed, desired, updated, available } = counts;
  if (generation !== undefined && (observed ?? 0) < generation) {
    return { state: 'not-ready', detail: 'the newest generation is not observed yet' };
  }
  if (updated < desired) return { state: 'not-ready', detail: `${updated} of ${desired} replicas are updated` };
  return available < desired
    ? { state: 'not-ready', detail: `${available} of ${desired} replicas are available` }
    : { state: 'ready', detail: `${available} of ${desired} replicas are available` };
}

function countsOf(snapshot: Snapshot, { kind, name, namespace }: ObjectRef): Counts | undefined {
  if (kind === 'Deployment' || kind === 'StatefulSet') {
    const found = findObject(snapshot, kind, name, namespace);
    if (!found) return undefined;
    const { metadata, spec, status } = found;
    const partition = 'updateStrategy' in spec ? (spec.updateStrategy?.rollingUpdate?.partition ?? 0) : 0;
    const desired = spec.replicas ?? 1;
    return {
      generation: metadata.generation,
      observed: status?.observedGeneration,
      desired,
      updated: (status?.updatedReplicas ?? 0) + Math.min(partition, desired),
      available: status?.availableReplicas ?? status?.readyReplicas ?? 0,
    };
  }
  if (kind !== 'DaemonSet') return undefined;
  const found = findObject(snapshot, 'DaemonSet', name, namespace);
  return (
    found && {
      generation: found.metadata.generation,
      observed: found.status?.observedGeneration,
      desired: found.status?.desiredNumberScheduled ?? 0,
      updated: found.status?.updatedNumberScheduled ?? 0,
      available: found.status?.numberAvailable ?? 0,
    }
  );
}
