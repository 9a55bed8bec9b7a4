import { z } from 'zod';
import { Condition, LabelSelector, ObjectMeta, ResourceList } from './meta.ts';

const KeyRef = z.object({ name: z.string().optional(), key: z.string(), optional: z.boolean().optional() });
const SourceRef = z.object({ name: z.string().optional(), optional: z.boolean().optional() });

/** An environment variable: its name and where its value comes from. Literal values are dropped, they may be secret. */
const EnvVar = z.object({
  name: z.string(),
  valueFrom: z.object({ configMapKeyRef: KeyRef.optional(), secretKeyRef: KeyRef.optional() }).optional(),
});

const PortRef = z.union([z.string(), z.number()]);

/** core/v1 Probe, the fields used. Times are in seconds; what is absent has the API's default. */
export const Probe = z.object({
  httpGet: z.object({ path: z.string().optional(), port: PortRef, scheme: z.string().optional() }).optional(),
  tcpSocket: z.object({ port: PortRef }).optional(),
  grpc: z.object({ port: z.number() }).optional(),
  exec: z.object({ command: z.array(z.string()).optional() }).optional(),
  initialDelaySeconds: z.number().optional(),
  periodSeconds: z.number().optional(),
  timeoutSeconds: z.number().optional(),
  failureThreshold: z.number().optional(),
});
export type Probe = z.infer<typeof Probe>;

const SecurityContext = z.object({
  runAsUser: z.number().optional(),
  runAsNonRoot: z.boolean().optional(),
});

/** core/v1 Container, the fields used. */
export const Container = z.object({
  name: z.string(),
  image: z.string().optional(),
  imagePullPolicy: z.string().optional(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: z.array(EnvVar).optional(),
  envFrom: z.array(z.object({ configMapRef: SourceRef.optional(), secretRef: SourceRef.optional() })).optional(),
  ports: z
    .array(z.object({ name: z.string().optional(), containerPort: z.number(), protocol: z.string().optional() }))
    .optional(),
  resources: z.object({ limits: ResourceList.optional(), requests: ResourceList.optional() }).optional(),
  livenessProbe: Probe.optional(),
  readinessProbe: Probe.optional(),
  startupProbe: Probe.optional(),
  volumeMounts: z
    .array(z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().optional() }))
    .optional(),
  securityContext: SecurityContext.optional(),
  /** `Always` on an init container makes it a sidecar. */
  restartPolicy: z.string().optional(),
});
export type Container = z.infer<typeof Container>;

const Items = z.array(z.object({ key: z.string() })).optional();
const Projection = z.object({
  configMap: z.object({ name: z.string().optional(), items: Items, optional: z.boolean().optional() }).optional(),
  secret: z.object({ name: z.string().optional(), items: Items, optional: z.boolean().optional() }).optional(),
});
const Volume = z.object({
  name: z.string(),
  configMap: z.object({ name: z.string().optional(), items: Items, optional: z.boolean().optional() }).optional(),
  secret: z.object({ secretName: z.string().optional(), items: Items, optional: z.boolean().optional() }).optional(),
  persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
  projected: z.object({ sources: z.array(Projection).optional() }).optional(),
});
export type Volume = z.infer<typeof Volume>;

const NodeSelectorTerm = z.object({
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
    .optional(),
});

/** core/v1 PodSpec, the fields used. */
export const PodSpec = z.object({
  nodeName: z.string().optional(),
  nodeSelector: z.record(z.string(), z.string()).optional(),
  affinity: z
    .object({
      nodeAffinity: z
        .object({
          requiredDuringSchedulingIgnoredDuringExecution: z
            .object({ nodeSelectorTerms: z.array(NodeSelectorTerm) })
            .optional(),
        })
        .optional(),
      podAntiAffinity: z
        .object({
          requiredDuringSchedulingIgnoredDuringExecution: z
            .array(z.object({ topologyKey: z.string(), labelSelector: LabelSelector.optional() }))
            .optional(),
        })
        .optional(),
    })
    .optional(),
  tolerations: z
    .array(
      z.object({
        key: z.string().optional(),
        operator: z.string().optional(),
        value: z.string().optional(),
        effect: z.string().optional(),
      }),
    )
    .optional(),
  serviceAccountName: z.string().optional(),
  priorityClassName: z.string().optional(),
  runtimeClassName: z.string().optional(),
  restartPolicy: z.string().optional(),
  initContainers: z.array(Container).optional(),
  containers: z.array(Container),
  volumes: z.array(Volume).optional(),
  imagePullSecrets: z.array(z.object({ name: z.string().optional() })).optional(),
  securityContext: SecurityContext.optional(),
  overhead: ResourceList.optional(),
});
export type PodSpec = z.infer<typeof PodSpec>;

const Waiting = z.object({ reason: z.string().optional(), message: z.string().optional() });
const Terminated = z.object({
  exitCode: z.number(),
  signal: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
});
const ContainerState = z.object({
  waiting: Waiting.optional(),
  running: z.object({ startedAt: z.string().optional() }).optional(),
  terminated: Terminated.optional(),
});

/** core/v1 ContainerStatus, the fields used. */
export const ContainerStatus = z.object({
  name: z.string(),
  state: ContainerState.optional(),
  lastState: ContainerState.optional(),
  ready: z.boolean().optional(),
  started: z.boolean().optional(),
  restartCount: z.number().optional(),
  image: z.string().optional(),
  imageID: z.string().optional(),
  resources: z.object({ limits: ResourceList.optional(), requests: ResourceList.optional() }).optional(),
});
export type ContainerStatus = z.infer<typeof ContainerStatus>;

/** core/v1 Pod, the fields used. */
export const Pod = z.object({
  metadata: ObjectMeta,
  spec: PodSpec,
  status: z
    .object({
      phase: z.string().optional(),
      reason: z.string().optional(),
      message: z.string().optional(),
      startTime: z.string().optional(),
      conditions: z.array(Condition).optional(),
      containerStatuses: z.array(ContainerStatus).optional(),
      initContainerStatuses: z.array(ContainerStatus).optional(),
    })
    .optional(),
});
export type Pod = z.infer<typeof Pod>;

/** core/v1 PodTemplateSpec, the fields used. */
export const PodTemplate = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).optional() }).optional(),
  spec: PodSpec,
});
export type PodTemplate = z.infer<typeof PodTemplate>;
