import { KINDS } from './kubernetes/kinds.ts';
import type { Kind, ObjectOf } from './kubernetes/kinds.ts';
import type { ObjectMeta } from './kubernetes/meta.ts';
import type { ObjectRef } from './object-ref.ts';

/** All objects of a cluster that Remendo looks at, by kind. */
export type ObjectsByKind = { readonly [K in Kind]: readonly ObjectOf<K>[] };

/** A kind that could not be read: detectors that need it are blind, and say so. */
export interface Blind {
  readonly kind: Kind;
  readonly reason: string;
}

/** The cluster at one moment. Immutable; detectors and rules read time from `takenAt`, never from a clock. */
export interface Snapshot {
  /** A stable name for this cluster; part of every fingerprint. */
  readonly cluster: string;
  /** RFC 3339. */
  readonly takenAt: string;
  readonly objects: ObjectsByKind;
  readonly blind: readonly Blind[];
}

/** The reference of an object of the snapshot. */
export function refOfKind(kind: Kind, metadata: Pick<ObjectMeta, 'name' | 'namespace'>): ObjectRef {
  const { apiVersion, namespaced } = KINDS[kind];
  return namespaced && metadata.namespace !== undefined
    ? { apiVersion, kind, namespace: metadata.namespace, name: metadata.name }
    : { apiVersion, kind, name: metadata.name };
}

/** Whether a kind could not be read: that it holds no objects then says nothing. */
export function isBlind(snapshot: Snapshot, kind: Kind): boolean {
  return snapshot.blind.some((blind) => blind.kind === kind);
}

/** An object by name; without `namespace` the first of that name, for kinds that have none. */
export function findObject<K extends Kind>(
  snapshot: Snapshot,
  kind: K,
  name: string,
  namespace?: string,
): ObjectOf<K> | undefined {
  const objects: readonly ObjectOf<K>[] = snapshot.objects[kind];
  return objects.find(
    ({ metadata }) => metadata.name === name && (namespace === undefined || metadata.namespace === namespace),
  );
}

/** No objects of any kind: what a snapshot starts from. */
export function noObjects(): { [K in Kind]: ObjectOf<K>[] } {
  return {
    Pod: [],
    ReplicaSet: [],
    Deployment: [],
    StatefulSet: [],
    DaemonSet: [],
    Job: [],
    CronJob: [],
    Service: [],
    EndpointSlice: [],
    Ingress: [],
    IngressClass: [],
    ConfigMap: [],
    Secret: [],
    PersistentVolumeClaim: [],
    PersistentVolume: [],
    StorageClass: [],
    ResourceQuota: [],
    LimitRange: [],
    HorizontalPodAutoscaler: [],
    PodDisruptionBudget: [],
    ServiceAccount: [],
    Node: [],
    Namespace: [],
    Event: [],
    Application: [],
    AppProject: [],
  };
}
