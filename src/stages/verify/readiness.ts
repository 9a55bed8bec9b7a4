import { counted } from '../../domain/counted.ts';
import type { Condition } from '../../domain/kubernetes/meta.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { findObject } from '../../domain/snapshot.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { Rollout } from './rollout.ts';
import { rolloutOf } from './rollout.ts';

/**
 * Whether an object runs as declared now. `idle`: it wants no pods, so nothing can be said of it; `gone`: the snapshot
 * does not hold it; `unknown`: its kind has no such state.
 */
export type Readiness = {
  readonly state: 'ready' | 'not-ready' | 'idle' | 'gone' | 'unknown';
  readonly detail: string;
};

const GONE: Readiness = { state: 'gone', detail: 'the object is gone' };

/**
 * For workloads as `kubectl rollout status` decides (k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go): the newest
 * generation is observed, all replicas are updated, and all are available. A claim is ready when it is bound, a Job when
 * it is complete. `appliedAt` (RFC 3339): successes of a CronJob from before it do not count.
 */
export function readinessOf(snapshot: Snapshot, { kind, name, namespace }: ObjectRef, appliedAt?: string): Readiness {
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet': {
      const rollout = rolloutOf(snapshot, kind, name, namespace);
      return rollout ? ofRollout(rollout) : GONE;
    }
    case 'Job': {
      const found = findObject(snapshot, kind, name, namespace);
      return found ? ofJob(found.status?.conditions) : GONE;
    }
    case 'CronJob': {
      const found = findObject(snapshot, kind, name, namespace);
      return found ? ofCronJob(found.spec.suspend === true, found.status?.lastSuccessfulTime, appliedAt) : GONE;
    }
    case 'PersistentVolumeClaim': {
      const found = findObject(snapshot, kind, name, namespace);
      if (!found) return GONE;
      const phase = found.status?.phase ?? 'Pending';
      return { state: phase === 'Bound' ? 'ready' : 'not-ready', detail: `the claim is ${phase}` };
    }
    case 'Service':
    case 'Ingress':
    case 'HorizontalPodAutoscaler':
    case 'ConfigMap':
    case 'Secret':
    case 'ServiceAccount':
      return findObject(snapshot, kind, name, namespace)
        ? { state: 'unknown', detail: `${kind} has no rollout state` }
        : GONE;
    default:
      return { state: 'unknown', detail: `${kind} has no rollout state` };
  }
}

function ofRollout({ generation, observed, desired, updated, all, available }: Rollout): Readiness {
  if (generation !== undefined && (observed ?? 0) < generation) {
    return { state: 'not-ready', detail: 'the newest generation is not observed yet' };
  }
  if (desired === 0) return { state: 'idle', detail: 'no replicas are wanted' };
  if (updated < desired)
    return { state: 'not-ready', detail: `${updated} of ${counted(desired, 'replica is', 'replicas are')} updated` };
  // Old pods are available as well: a rollout that is stuck must not count by them.
  if (all !== undefined && all > updated)
    return {
      state: 'not-ready',
      detail: `${counted(all - updated, 'old replica is', 'old replicas are')} still there`,
    };
  const detail = `${available} of ${counted(desired, 'replica is', 'replicas are')} available`;
  return { state: available < desired ? 'not-ready' : 'ready', detail };
}

function ofJob(conditions: readonly Condition[] | undefined): Readiness {
  const complete = conditions?.some(({ type, status }) => type === 'Complete' && status === 'True') === true;
  return complete
    ? { state: 'ready', detail: 'the Job is complete' }
    : { state: 'not-ready', detail: 'the Job is not complete' };
}

function ofCronJob(suspended: boolean, succeeded: string | undefined, appliedAt: string | undefined): Readiness {
  if (suspended) return { state: 'idle', detail: 'the CronJob is suspended' };
  if (succeeded === undefined) return { state: 'not-ready', detail: 'no Job of it has succeeded yet' };
  return appliedAt !== undefined && Date.parse(succeeded) < Date.parse(appliedAt)
    ? { state: 'not-ready', detail: 'no Job of it has succeeded since' }
    : { state: 'ready', detail: `a Job of it succeeded at ${succeeded}` };
}
