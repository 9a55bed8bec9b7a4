import type { KubeObject } from '../objects.ts';
import type { Application } from './application.ts';
import type {
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  PersistentVolumeClaim,
  ReplicaSet,
  StatefulSet,
} from '../workload-objects.ts';

/** Health of an object, in Argo CD's words (gitops-engine/pkg/health). */
export type Health = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown';

const ORDER: readonly Health[] = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'];

/** The worst of several; Healthy for none. */
export function worst(healths: readonly Health[]): Health {
  return ORDER[Math.max(0, ...healths.map((health) => ORDER.indexOf(health)))] ?? 'Healthy';
}

/** Argo CD's health of one live object (gitops-engine/pkg/health); undefined for kinds that have none. */
export function healthOf(object: KubeObject): Health | undefined {
  switch (object.kind) {
    case 'Deployment':
      return deployment(object as Deployment);
    case 'StatefulSet':
      return statefulSet(object as StatefulSet);
    case 'DaemonSet':
      return daemonSet(object as DaemonSet);
    case 'ReplicaSet':
      return replicaSet(object as ReplicaSet);
    case 'Job':
      return job(object as Job);
    case 'CronJob':
      return (object as CronJob).spec.suspend === true ? 'Suspended' : 'Healthy';
    case 'PersistentVolumeClaim':
      return (
        ({ Bound: 'Healthy', Lost: 'Degraded' }[(object as PersistentVolumeClaim).status?.phase ?? ''] as
          Health | undefined) ?? 'Progressing'
      );
    case 'Application':
      // Argo CD takes the health of a child Application into its parent only where an administrator says so.
      return (object as Application).spec === undefined ? 'Unknown' : undefined;
    default:
      return undefined;
  }
}

function deployment({ metadata, spec, status }: Deployment): Health {
  if (spec.paused === true) return 'Suspended';
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 1)) return 'Progressing';
  if (
    status?.conditions?.some(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded') ===
    true
  )
    return 'Degraded';
  const [updated, replicas, available] = [
    status?.updatedReplicas ?? 0,
    status?.replicas ?? 0,
    status?.availableReplicas ?? 0,
  ];
  return updated < (spec.replicas ?? 1) || replicas > updated || available < updated ? 'Progressing' : 'Healthy';
}

const count = (status: Record<string, unknown> | undefined, key: string): number => {
  const value = status?.[key];
  return typeof value === 'number' ? value : 0;
};

function statefulSet({ metadata, spec, status }: StatefulSet): Health {
  if (count(status, 'observedGeneration') < (metadata.generation ?? 1)) return 'Progressing';
  const replicas = spec.replicas ?? 1;
  if (count(status, 'readyReplicas') < replicas) return 'Progressing';
  if (spec.updateStrategy?.type === 'OnDelete') return 'Healthy';
  return count(status, 'updatedReplicas') < replicas - (spec.updateStrategy?.rollingUpdate?.partition ?? 0)
    ? 'Progressing'
    : 'Healthy';
}

function daemonSet({ metadata, status }: DaemonSet): Health {
  if (count(status, 'observedGeneration') < (metadata.generation ?? 1)) return 'Progressing';
  const desired = count(status, 'desiredNumberScheduled');
  return count(status, 'updatedNumberScheduled') < desired || count(status, 'numberAvailable') < desired
    ? 'Progressing'
    : 'Healthy';
}

function replicaSet({ spec, status }: ReplicaSet): Health {
  if (status?.conditions?.some(({ type, status }) => type === 'ReplicaFailure' && status === 'True') === true)
    return 'Degraded';
  return (status?.availableReplicas ?? 0) < (spec.replicas ?? 1) ? 'Progressing' : 'Healthy';
}

function job({ spec, status }: Job): Health {
  if (status?.conditions?.some(({ type, status }) => type === 'Failed' && status === 'True') === true)
    return 'Degraded';
  if (status?.conditions?.some(({ type, status }) => type === 'Complete' && status === 'True') === true)
    return 'Healthy';
  return spec.suspend === true ? 'Suspended' : 'Progressing';
}
