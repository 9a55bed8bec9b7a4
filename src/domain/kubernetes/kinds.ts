import type { z } from 'zod';
import { AppProject, Application } from './application.ts';
import {
  EndpointSlice,
  Event,
  HorizontalPodAutoscaler,
  KeyHolder,
  LimitRange,
  NamedObject,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  ResourceQuota,
  Service,
  StorageClass,
} from './cluster-objects.ts';
import { Pod } from './pod.ts';
import { Ingress, IngressClass } from './routing.ts';
import { CronJob, DaemonSet, Deployment, Job, ReplicaSet, StatefulSet } from './workload.ts';

/** The projections, by kind: parsing with one keeps the fields that Remendo uses and drops the rest. */
export const PROJECTIONS = {
  Pod,
  ReplicaSet,
  Deployment,
  StatefulSet,
  DaemonSet,
  Job,
  CronJob,
  Service,
  EndpointSlice,
  Ingress,
  IngressClass,
  ConfigMap: KeyHolder,
  Secret: KeyHolder,
  PersistentVolumeClaim,
  PersistentVolume,
  StorageClass,
  ResourceQuota,
  LimitRange,
  HorizontalPodAutoscaler,
  PodDisruptionBudget,
  ServiceAccount: NamedObject,
  Node,
  Namespace: NamedObject,
  Event,
  Application,
  AppProject,
} as const;

/** A kind that a snapshot holds. */
export type Kind = keyof typeof PROJECTIONS;

/** The projected object of a kind. */
export type ObjectOf<K extends Kind> = z.infer<(typeof PROJECTIONS)[K]>;

/** How the API server serves a kind. */
export interface KindInfo {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const info = (apiVersion: string, plural: string, namespaced = true): KindInfo => ({ apiVersion, plural, namespaced });

/** How the API server serves each kind that a snapshot holds. */
export const KINDS: Readonly<Record<Kind, KindInfo>> = {
  Pod: info('v1', 'pods'),
  ReplicaSet: info('apps/v1', 'replicasets'),
  Deployment: info('apps/v1', 'deployments'),
  StatefulSet: info('apps/v1', 'statefulsets'),
  DaemonSet: info('apps/v1', 'daemonsets'),
  Job: info('batch/v1', 'jobs'),
  CronJob: info('batch/v1', 'cronjobs'),
  Service: info('v1', 'services'),
  EndpointSlice: info('discovery.k8s.io/v1', 'endpointslices'),
  Ingress: info('networking.k8s.io/v1', 'ingresses'),
  IngressClass: info('networking.k8s.io/v1', 'ingressclasses', false),
  ConfigMap: info('v1', 'configmaps'),
  Secret: info('v1', 'secrets'),
  PersistentVolumeClaim: info('v1', 'persistentvolumeclaims'),
  PersistentVolume: info('v1', 'persistentvolumes', false),
  StorageClass: info('storage.k8s.io/v1', 'storageclasses', false),
  ResourceQuota: info('v1', 'resourcequotas'),
  LimitRange: info('v1', 'limitranges'),
  HorizontalPodAutoscaler: info('autoscaling/v2', 'horizontalpodautoscalers'),
  PodDisruptionBudget: info('policy/v1', 'poddisruptionbudgets'),
  ServiceAccount: info('v1', 'serviceaccounts'),
  Node: info('v1', 'nodes', false),
  Namespace: info('v1', 'namespaces', false),
  Event: info('v1', 'events'),
  Application: info('argoproj.io/v1alpha1', 'applications'),
  AppProject: info('argoproj.io/v1alpha1', 'appprojects'),
};

/** In a fixed order: what is listed first is what the rest hangs on. */
export const ALL_KINDS = Object.keys(PROJECTIONS) as readonly Kind[];

/** Whether a snapshot holds this kind. The API group is not looked at: see kindOf. */
export function isKind(text: string): text is Kind {
  return Object.hasOwn(PROJECTIONS, text);
}
