import { z } from 'zod';
import { Condition, LabelSelector, ObjectMeta } from './meta.ts';
import { PodTemplate } from './pod.ts';

/** apps/v1 Deployment. */
export const Deployment = z.object({
  metadata: ObjectMeta,
  spec: z.object({
    replicas: z.number().optional(),
    paused: z.boolean().optional(),
    progressDeadlineSeconds: z.number().optional(),
    strategy: z.object({ type: z.string().optional() }).optional(),
    selector: LabelSelector,
    template: PodTemplate,
  }),
  status: z
    .object({
      observedGeneration: z.number().optional(),
      replicas: z.number().optional(),
      updatedReplicas: z.number().optional(),
      readyReplicas: z.number().optional(),
      availableReplicas: z.number().optional(),
      unavailableReplicas: z.number().optional(),
      conditions: z.array(Condition).optional(),
    })
    .optional(),
});
export type Deployment = z.infer<typeof Deployment>;

/** apps/v1 ReplicaSet. */
export const ReplicaSet = z.object({
  metadata: ObjectMeta,
  spec: z.object({ replicas: z.number().optional(), selector: LabelSelector, template: PodTemplate.optional() }),
  status: z
    .object({
      observedGeneration: z.number().optional(),
      replicas: z.number().optional(),
      readyReplicas: z.number().optional(),
      availableReplicas: z.number().optional(),
      conditions: z.array(Condition).optional(),
    })
    .optional(),
});
export type ReplicaSet = z.infer<typeof ReplicaSet>;

/** apps/v1 StatefulSet. */
export const StatefulSet = z.object({
  metadata: ObjectMeta,
  spec: z.object({
    replicas: z.number().optional(),
    serviceName: z.string().optional(),
    selector: LabelSelector,
    template: PodTemplate,
    updateStrategy: z
      .object({ type: z.string().optional(), rollingUpdate: z.object({ partition: z.number().optional() }).optional() })
      .optional(),
    volumeClaimTemplates: z
      .array(
        z.object({
          metadata: z.object({ name: z.string() }),
          spec: z.object({ storageClassName: z.string().optional() }),
        }),
      )
      .optional(),
  }),
  status: z
    .object({
      observedGeneration: z.number().optional(),
      replicas: z.number().optional(),
      readyReplicas: z.number().optional(),
      availableReplicas: z.number().optional(),
      currentReplicas: z.number().optional(),
      updatedReplicas: z.number().optional(),
      currentRevision: z.string().optional(),
      updateRevision: z.string().optional(),
      conditions: z.array(Condition).optional(),
    })
    .optional(),
});
export type StatefulSet = z.infer<typeof StatefulSet>;

/** apps/v1 DaemonSet. */
export const DaemonSet = z.object({
  metadata: ObjectMeta,
  spec: z.object({
    selector: LabelSelector,
    template: PodTemplate,
    updateStrategy: z.object({ type: z.string().optional() }).optional(),
  }),
  status: z
    .object({
      observedGeneration: z.number().optional(),
      desiredNumberScheduled: z.number().optional(),
      currentNumberScheduled: z.number().optional(),
      updatedNumberScheduled: z.number().optional(),
      numberReady: z.number().optional(),
      numberAvailable: z.number().optional(),
      numberUnavailable: z.number().optional(),
      conditions: z.array(Condition).optional(),
    })
    .optional(),
});
export type DaemonSet = z.infer<typeof DaemonSet>;

const JobSpec = z.object({
  backoffLimit: z.number().optional(),
  suspend: z.boolean().optional(),
  activeDeadlineSeconds: z.number().optional(),
  template: PodTemplate,
});

/** batch/v1 Job. */
export const Job = z.object({
  metadata: ObjectMeta,
  spec: JobSpec,
  status: z
    .object({
      active: z.number().optional(),
      failed: z.number().optional(),
      succeeded: z.number().optional(),
      startTime: z.string().optional(),
      completionTime: z.string().optional(),
      conditions: z.array(Condition).optional(),
    })
    .optional(),
});
export type Job = z.infer<typeof Job>;

/** batch/v1 CronJob. */
export const CronJob = z.object({
  metadata: ObjectMeta,
  spec: z.object({
    schedule: z.string(),
    timeZone: z.string().optional(),
    suspend: z.boolean().optional(),
    jobTemplate: z.object({ spec: JobSpec }),
  }),
  status: z.object({ lastScheduleTime: z.string().optional(), lastSuccessfulTime: z.string().optional() }).optional(),
});
export type CronJob = z.infer<typeof CronJob>;
