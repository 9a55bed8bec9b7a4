import { z } from 'zod';
import { Condition, ObjectMeta, LabelSelector, QuantityValue, ResourceList } from './meta.ts';

const PortRef = z.union([z.string(), z.number()]);

/** core/v1 Service. */
export const Service = z.object({
  metadata: ObjectMeta,
  spec: z
    .object({
      type: z.string().optional(),
      clusterIP: z.string().optional(),
      selector: z.record(z.string(), z.string()).optional(),
      ports: z
        .array(
          z.object({
            name: z.string().optional(),
            port: z.number(),
            targetPort: PortRef.optional(),
            protocol: z.string().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});
export type Service = z.infer<typeof Service>;

/** discovery.k8s.io/v1 EndpointSlice. */
export const EndpointSlice = z.object({
  metadata: ObjectMeta,
  endpoints: z
    .array(
      z.object({
        conditions: z.object({ ready: z.boolean().optional(), serving: z.boolean().optional() }).optional(),
        targetRef: z.object({ kind: z.string().optional(), name: z.string().optional() }).optional(),
      }),
    )
    .nullish(),
  ports: z.array(z.object({ name: z.string().optional(), port: z.number().optional() })).nullish(),
});
export type EndpointSlice = z.infer<typeof EndpointSlice>;

const Keys = z.record(z.string(), z.unknown()).transform((data) => Object.keys(data));

/** core/v1 ConfigMap or Secret: names of keys only, in `keys`; values are dropped on arrival. */
export const KeyHolder = z
  .object({
    metadata: ObjectMeta,
    type: z.string().optional(),
    data: Keys.nullish(),
    binaryData: Keys.nullish(),
    stringData: Keys.nullish(),
  })
  .transform(({ metadata, type, data, binaryData, stringData }) => ({
    metadata,
    ...(type === undefined ? {} : { type }),
    keys: [...(data ?? []), ...(binaryData ?? []), ...(stringData ?? [])],
  }));
export type KeyHolder = z.infer<typeof KeyHolder>;

/** core/v1 PersistentVolumeClaim. */
export const PersistentVolumeClaim = z.object({
  metadata: ObjectMeta,
  spec: z
    .object({
      storageClassName: z.string().optional(),
      volumeName: z.string().optional(),
      accessModes: z.array(z.string()).optional(),
      resources: z.object({ requests: ResourceList.optional() }).optional(),
    })
    .optional(),
  status: z.object({ phase: z.string().optional(), conditions: z.array(Condition).optional() }).optional(),
});
export type PersistentVolumeClaim = z.infer<typeof PersistentVolumeClaim>;

const NodeRequirements = z
  .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
  .nullish();

/** core/v1 PersistentVolume: whose it is, and on which nodes it can be used. */
export const PersistentVolume = z.object({
  metadata: ObjectMeta,
  spec: z
    .object({
      storageClassName: z.string().optional(),
      claimRef: z.object({ namespace: z.string().optional(), name: z.string().optional() }).optional(),
      nodeAffinity: z
        .object({
          required: z
            .object({
              nodeSelectorTerms: z.array(
                z.object({ matchExpressions: NodeRequirements, matchFields: NodeRequirements }),
              ),
            })
            .optional(),
        })
        .optional(),
    })
    .optional(),
  status: z.object({ phase: z.string().optional() }).optional(),
});
export type PersistentVolume = z.infer<typeof PersistentVolume>;

/** storage.k8s.io/v1 StorageClass. */
export const StorageClass = z.object({
  metadata: ObjectMeta,
  provisioner: z.string().optional(),
  volumeBindingMode: z.string().optional(),
});
export type StorageClass = z.infer<typeof StorageClass>;

/** core/v1 ResourceQuota. */
export const ResourceQuota = z.object({
  metadata: ObjectMeta,
  spec: z
    .object({
      hard: ResourceList.optional(),
      scopes: z.array(z.string()).optional(),
      scopeSelector: z.object({}).optional(),
    })
    .optional(),
  status: z.object({ hard: ResourceList.optional(), used: ResourceList.optional() }).optional(),
});
export type ResourceQuota = z.infer<typeof ResourceQuota>;

/** core/v1 LimitRange. */
export const LimitRange = z.object({
  metadata: ObjectMeta,
  spec: z.object({
    limits: z.array(
      z.object({
        type: z.string(),
        max: ResourceList.optional(),
        min: ResourceList.optional(),
        default: ResourceList.optional(),
        defaultRequest: ResourceList.optional(),
        maxLimitRequestRatio: ResourceList.optional(),
      }),
    ),
  }),
});
export type LimitRange = z.infer<typeof LimitRange>;

/** autoscaling/v2 HorizontalPodAutoscaler. */
export const HorizontalPodAutoscaler = z.object({
  metadata: ObjectMeta,
  spec: z.object({
    scaleTargetRef: z.object({ apiVersion: z.string().optional(), kind: z.string(), name: z.string() }),
    minReplicas: z.number().optional(),
    maxReplicas: z.number(),
    metrics: z
      .array(
        z.object({
          type: z.string(),
          resource: z.object({ name: z.string() }).optional(),
          containerResource: z.object({ name: z.string(), container: z.string() }).optional(),
        }),
      )
      .nullish(),
  }),
  status: z.object({ conditions: z.array(Condition).nullish() }).optional(),
});
export type HorizontalPodAutoscaler = z.infer<typeof HorizontalPodAutoscaler>;

/** policy/v1 PodDisruptionBudget. */
export const PodDisruptionBudget = z.object({
  metadata: ObjectMeta,
  spec: z
    .object({
      minAvailable: QuantityValue.optional(),
      maxUnavailable: QuantityValue.optional(),
      selector: LabelSelector.nullish(),
    })
    .optional(),
  status: z
    .object({
      conditions: z.array(Condition).nullish(),
      currentHealthy: z.number().optional(),
      desiredHealthy: z.number().optional(),
      disruptionsAllowed: z.number().optional(),
      expectedPods: z.number().optional(),
      observedGeneration: z.number().optional(),
    })
    .optional(),
});
export type PodDisruptionBudget = z.infer<typeof PodDisruptionBudget>;

/** core/v1 ServiceAccount and Namespace: that they exist. */
export const NamedObject = z.object({ metadata: ObjectMeta });
export type NamedObject = z.infer<typeof NamedObject>;

/** core/v1 Node. */
export const Node = z.object({
  metadata: ObjectMeta,
  spec: z
    .object({
      unschedulable: z.boolean().optional(),
      taints: z.array(z.object({ key: z.string(), value: z.string().optional(), effect: z.string() })).optional(),
    })
    .optional(),
  status: z
    .object({
      allocatable: ResourceList.optional(),
      capacity: ResourceList.optional(),
      conditions: z.array(Condition.extend({ lastHeartbeatTime: z.string().optional() })).optional(),
      nodeInfo: z.object({ architecture: z.string().optional(), operatingSystem: z.string().optional() }).optional(),
    })
    .optional(),
});
export type Node = z.infer<typeof Node>;

/** core/v1 Event (events.k8s.io has the same content in the core view). */
export const Event = z.object({
  metadata: ObjectMeta,
  involvedObject: z.object({
    apiVersion: z.string().optional(),
    kind: z.string().optional(),
    namespace: z.string().optional(),
    name: z.string().optional(),
    uid: z.string().optional(),
    fieldPath: z.string().optional(),
  }),
  type: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  count: z.number().nullish(),
  firstTimestamp: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  series: z.object({ count: z.number().optional(), lastObservedTime: z.string().optional() }).nullish(),
});
export type Event = z.infer<typeof Event>;
