import type { Condition, KubeObject, Pod, PodTemplate, Resources, Selector } from './objects.ts';

/** apps/v1 Deployment. */
export interface Deployment extends KubeObject {
  spec: {
    replicas?: number;
    paused?: boolean;
    minReadySeconds?: number;
    progressDeadlineSeconds?: number;
    revisionHistoryLimit?: number;
    strategy?: {
      type?: string;
      rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string };
    };
    selector: Selector;
    template: PodTemplate;
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    unavailableReplicas?: number;
    conditions?: Condition[];
  };
}

/** apps/v1 ReplicaSet. */
export interface ReplicaSet extends KubeObject {
  spec: { replicas?: number; selector: Selector; template: PodTemplate };
  status?: {
    observedGeneration?: number;
    replicas: number;
    fullyLabeledReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    conditions?: Condition[];
  };
}

/** apps/v1 StatefulSet. */
export interface StatefulSet extends KubeObject {
  spec: {
    replicas?: number;
    serviceName?: string;
    podManagementPolicy?: string;
    selector: Selector;
    template: PodTemplate;
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
    volumeClaimTemplates?: { metadata: { name: string }; spec: PersistentVolumeClaim['spec'] }[];
  };
  status?: Record<string, unknown> & { currentRevision?: string; updateRevision?: string; replicas?: number };
}

/** apps/v1 DaemonSet. */
export interface DaemonSet extends KubeObject {
  spec: { selector: Selector; template: PodTemplate; updateStrategy?: { type?: string } };
  status?: Record<string, unknown>;
}

interface JobSpec {
  parallelism?: number;
  completions?: number;
  backoffLimit?: number;
  activeDeadlineSeconds?: number;
  suspend?: boolean;
  selector?: Selector;
  template: PodTemplate;
}

/** batch/v1 Job. */
export interface Job extends KubeObject {
  spec: JobSpec;
  status?: {
    active?: number;
    ready?: number;
    failed?: number;
    succeeded?: number;
    startTime?: string;
    completionTime?: string;
    conditions?: Condition[];
    terminating?: number;
    uncountedTerminatedPods?: Record<string, never>;
  };
}

/** batch/v1 CronJob. */
export interface CronJob extends KubeObject {
  spec: {
    schedule: string;
    suspend?: boolean;
    concurrencyPolicy?: string;
    successfulJobsHistoryLimit?: number;
    failedJobsHistoryLimit?: number;
    jobTemplate: { metadata?: PodTemplate['metadata']; spec: JobSpec };
  };
  status?: {
    active?: { apiVersion: string; kind: string; namespace: string; name: string; uid: string }[];
    lastScheduleTime?: string;
    lastSuccessfulTime?: string;
  };
}

/** core/v1 Service. */
export interface Service extends KubeObject {
  spec: {
    type?: string;
    clusterIP?: string;
    clusterIPs?: string[];
    selector?: Record<string, string>;
    ports?: { name?: string; port: number; targetPort?: number | string; protocol?: string }[];
  };
}

/** discovery.k8s.io/v1 EndpointSlice. */
export interface EndpointSlice extends KubeObject {
  addressType: string;
  endpoints: unknown[] | null;
  ports: { name: string; port: number; protocol: string }[] | null;
}

/** core/v1 PersistentVolumeClaim. */
export interface PersistentVolumeClaim extends KubeObject {
  spec: {
    storageClassName?: string;
    volumeName?: string;
    volumeMode?: string;
    accessModes?: string[];
    resources?: { requests?: Resources };
  };
  status?: { phase?: string; accessModes?: string[]; capacity?: Resources };
}

/** core/v1 PersistentVolume. */
export interface PersistentVolume extends KubeObject {
  spec: Record<string, unknown> & {
    storageClassName?: string;
    capacity?: Resources;
    accessModes?: string[];
    claimRef?: { namespace: string; name: string; uid: string };
  };
  status?: { phase?: string };
}

/** storage.k8s.io/v1 StorageClass. */
export interface StorageClass extends KubeObject {
  provisioner: string;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
}

/** core/v1 ResourceQuota. */
export interface ResourceQuota extends KubeObject {
  spec?: { hard?: Resources; scopes?: string[] };
  status?: { hard?: Resources; used?: Resources };
}

/** core/v1 LimitRange. */
export interface LimitRange extends KubeObject {
  spec: {
    limits: {
      type: string;
      max?: Resources;
      min?: Resources;
      default?: Resources;
      defaultRequest?: Resources;
      maxLimitRequestRatio?: Resources;
    }[];
  };
}

/** core/v1 Node. */
export interface Node extends KubeObject {
  spec?: { unschedulable?: boolean; taints?: { key: string; value?: string; effect: string }[] };
  status?: {
    allocatable?: Resources;
    capacity?: Resources;
    addresses?: { type: string; address: string }[];
    conditions?: (Condition & { lastHeartbeatTime?: string })[];
    nodeInfo?: Record<string, string>;
  };
}

/** core/v1 ConfigMap or Secret. */
export interface KeyHolder extends KubeObject {
  type?: string;
  immutable?: boolean;
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

/** Kinds that a controller of the sandbox reads by their fields. */
export interface Kinds {
  Pod: Pod;
  Deployment: Deployment;
  ReplicaSet: ReplicaSet;
  StatefulSet: StatefulSet;
  DaemonSet: DaemonSet;
  Job: Job;
  CronJob: CronJob;
  Service: Service;
  EndpointSlice: EndpointSlice;
  PersistentVolumeClaim: PersistentVolumeClaim;
  PersistentVolume: PersistentVolume;
  StorageClass: StorageClass;
  ResourceQuota: ResourceQuota;
  LimitRange: LimitRange;
  Node: Node;
  ConfigMap: KeyHolder;
  Secret: KeyHolder;
}

/** A kind that the sandbox has a type for. */
export type KindName = keyof Kinds;
