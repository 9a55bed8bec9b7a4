import type { Incident } from '../../../domain/incident.ts';

/**
 * Which fields can explain a cause, as dotted patterns; `[]` is one item of a list, `*` one key. A pattern is also the unit that
 * is put back: all leaves below it belong together.
 */
export interface Explaining {
  /** Fields of the incident's container. */
  readonly container: readonly string[];
  /** Set where the fields of every container of the pod count. */
  readonly anyContainer: boolean;
  /** Fields of the pod spec. */
  readonly pod: readonly string[];
  /** Fields of the object itself, from its root. */
  readonly object: readonly string[];
  /** Whether the data of ConfigMaps and Secrets that the container uses counts. */
  readonly data: boolean;
  /** Set where what surrounds the container counts too: see `aroundUnits`. */
  readonly around?: true;
  /** Fields of workloads that a Service selects: labels of the template, or container ports. */
  readonly selected?: 'labels' | 'ports';
}

const NOTHING: Explaining = { container: [], anyContainer: false, pod: [], object: [], data: false };
const START = ['command', 'args', 'image', 'workingDir', 'volumeMounts[]', 'securityContext'];
const PROCESS = [...START, 'env[]', 'envFrom'];
const IN_POD = ['volumes[]', 'securityContext', 'serviceAccountName', 'serviceAccount'];
/** What a running process meets in its pod: files, identity, names of hosts, and whom it shares namespaces with. */
const AROUND_PROCESS = [
  ...IN_POD,
  'automountServiceAccountToken',
  'hostAliases',
  'dnsPolicy',
  'dnsConfig',
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'hostname',
  'subdomain',
  'setHostnameAsFQDN',
  'enableServiceLinks',
  'shareProcessNamespace',
  'runtimeClassName',
];
const PLACEMENT = [
  'nodeSelector.*',
  'affinity',
  'tolerations',
  'topologySpreadConstraints',
  'nodeName',
  'runtimeClassName',
];

/** What keeps a pod from starting any container, for a reason that is not told. */
export const BEFORE_START: Explaining = { ...NOTHING, pod: ['volumes[]', ...PLACEMENT] };

/** What keeps a pod from counting as ready whose containers all are. */
export const GATED: Explaining = { ...NOTHING, pod: ['readinessGates'] };

const CRASH: Explaining = {
  ...NOTHING,
  container: [...PROCESS, 'lifecycle'],
  pod: AROUND_PROCESS,
  data: true,
  around: true,
};
const REFERENCE: Explaining = { ...NOTHING, container: ['env[]', 'envFrom'], pod: ['volumes[]'], data: true };

/** A run that took too long: what it does may be slow for any reason, so only the time it was given counts. */
const DEADLINE: Explaining = {
  ...NOTHING,
  pod: ['activeDeadlineSeconds'],
  object: ['spec.activeDeadlineSeconds', 'spec.jobTemplate.spec.activeDeadlineSeconds'],
};

const TABLE: Readonly<Record<string, Explaining>> = {
  'memory/oom-killed': {
    ...NOTHING,
    container: ['resources.limits.memory', 'command', 'args', 'env[]', 'envFrom', 'image'],
    data: true,
  },
  'crash/exit-error': CRASH,
  'crash/exit-zero': CRASH,
  'crash/signal': { ...CRASH, container: [...CRASH.container, 'resources.limits.memory', 'livenessProbe'] },
  'crash/command-not-found': { ...NOTHING, container: START, pod: IN_POD, data: true },
  'crash/not-executable': { ...NOTHING, container: START, pod: IN_POD, data: true },
  'crash/post-start-hook': CRASH,
  'crash/architecture': { ...NOTHING, container: ['image'], pod: PLACEMENT },
  'config/create-error': { ...NOTHING, container: START, pod: IN_POD, data: true },
  'config/configmap-missing': REFERENCE,
  'config/secret-missing': REFERENCE,
  'config/key-missing': REFERENCE,
  'config/run-as-non-root': { ...NOTHING, container: ['securityContext', 'image'], pod: ['securityContext'] },
  'volume/configmap-missing': REFERENCE,
  'volume/secret-missing': REFERENCE,
  'volume/key-missing': REFERENCE,
  'volume/mount-failed': { ...NOTHING, container: ['volumeMounts[]'], pod: ['volumes[]', ...PLACEMENT] },
  'volume/claim-missing': { ...NOTHING, pod: ['volumes[]'] },
  'image/not-found': { ...NOTHING, container: ['image'] },
  'image/invalid-name': { ...NOTHING, container: ['image'] },
  'image/platform': { ...NOTHING, container: ['image'], pod: PLACEMENT },
  // A name that was misspelt is refused like a private one, and a registry that was is not found: see `misnamed`.
  'image/unauthorized': {
    ...NOTHING,
    container: ['image'],
    pod: ['imagePullSecrets', 'serviceAccountName', 'serviceAccount'],
  },
  'image/network': { ...NOTHING, container: ['image'] },
  'image/tls': { ...NOTHING, container: ['image'] },
  'image/never-policy': { ...NOTHING, container: ['imagePullPolicy', 'image'] },
  'image/pull-secret-missing': { ...NOTHING, pod: ['imagePullSecrets', 'serviceAccountName', 'serviceAccount'] },
  'scheduling/insufficient-resources': {
    ...NOTHING,
    container: ['resources'],
    anyContainer: true,
    pod: PLACEMENT,
    object: ['spec.replicas'],
  },
  'scheduling/node-selector': { ...NOTHING, pod: ['nodeSelector.*', 'affinity', 'nodeName'] },
  'scheduling/taint': { ...NOTHING, pod: PLACEMENT },
  'scheduling/affinity': { ...NOTHING, pod: PLACEMENT, object: ['spec.replicas'] },
  'scheduling/host-port': {
    ...NOTHING,
    container: ['ports[]'],
    anyContainer: true,
    pod: ['hostNetwork', ...PLACEMENT],
    object: ['spec.replicas'],
  },
  'storage/class-missing': { ...NOTHING, object: ['spec.storageClassName'] },
  'storage/no-class': { ...NOTHING, object: ['spec.storageClassName'] },
  'replicas/quota': { ...NOTHING, container: ['resources'], anyContainer: true, object: ['spec.replicas'] },
  'replicas/limit-range': { ...NOTHING, container: ['resources'], anyContainer: true },
  'replicas/pod-security': {
    ...NOTHING,
    container: ['securityContext', 'ports[]'],
    anyContainer: true,
    pod: ['securityContext', 'hostNetwork', 'hostPID', 'hostIPC', 'volumes[]'],
  },
  'replicas/service-account': { ...NOTHING, pod: ['serviceAccountName', 'serviceAccount'] },
  'replicas/class-missing': { ...NOTHING, pod: ['priorityClassName', 'runtimeClassName'] },
  'replicas/webhook': { ...NOTHING, container: ['*'], anyContainer: true, pod: ['*'] },
  'pod/evicted': {
    ...NOTHING,
    container: ['resources.limits.ephemeral-storage'],
    anyContainer: true,
    pod: ['volumes[]'],
  },
  'rollout/stalled': {
    ...CRASH,
    container: [...CRASH.container, 'resources', 'livenessProbe', 'readinessProbe', 'startupProbe', 'ports[]'],
    pod: [...AROUND_PROCESS, ...PLACEMENT],
    anyContainer: true,
  },
  'service/no-matching-pods': { ...NOTHING, object: ['spec.selector.*'], selected: 'labels' },
  'service/no-such-port': { ...NOTHING, object: ['spec.ports[]'], selected: 'ports' },
  'autoscaler/target-missing': { ...NOTHING, object: ['spec.scaleTargetRef'] },
  'autoscaler/container-missing': { ...NOTHING, object: ['spec.metrics[].containerResource.container'] },
  'autoscaler/request-missing': { ...NOTHING, container: ['resources'] },
  'ingress/service-missing': {
    ...NOTHING,
    object: ['spec.rules[].http.paths[].backend.service', 'spec.defaultBackend.service'],
  },
  'ingress/no-such-port': {
    ...NOTHING,
    object: ['spec.rules[].http.paths[].backend.service.port', 'spec.defaultBackend.service.port'],
  },
  'ingress/class-missing': { ...NOTHING, object: ['spec.ingressClassName'] },
  'job/failed': CRASH,
};

/** A volume that one node at a time may have is wanted on two: how many pods there are, and what they mount. */
const ONE_NODE: Explaining = { ...NOTHING, pod: ['volumes[]'], object: ['spec.replicas'] };

/**
 * Whether the volume is held by a pod of the very template that waits for it (k8s.io/kubernetes pkg/controller/volume/attachdetach:
 * `Multi-Attach error ... already used by pod(s) a, b`): pods of one ReplicaSet differ in the last part of their names only.
 */
function heldByOwnPod({ evidence, affected }: Incident): boolean {
  const waiting = new Set(affected.flatMap(({ kind, name }) => (kind === 'Pod' ? [setOf(name)] : [])));
  const held = evidence.map(({ text }) =>
    /Multi-Attach error .* already used by pod\(s\) ([\w.-]+(?:, [\w.-]+)*)/.exec(text),
  );
  return held.some((match) => match?.[1]?.split(', ').some((name) => waiting.has(setOf(name))));
}

/** The kubelet could not ask at all, for its container runtime did not answer (pkg/kubelet/prober; CRI over gRPC). */
const UNASKED =
  /probe errored\b[^\n]*(?:deadline exceeded|transport is closing|error while dialing|code = Unavailable)/i;

/** The name of the ReplicaSet of a pod. */
function setOf(pod: string): string {
  return pod.slice(0, pod.lastIndexOf('-'));
}

/** What can explain an incident's cause; undefined where nothing in Git can. */
export function explaining(incident: Incident): Explaining | undefined {
  const { cause, facts } = incident;
  if (facts.refusal?.unasked === true) return undefined;
  if (cause === 'volume/mount-failed' && heldByOwnPod(incident)) return ONE_NODE;
  if (cause === 'job/failed' && facts.reason === 'DeadlineExceeded') return DEADLINE;
  if (!cause.startsWith('probe/')) return Object.hasOwn(TABLE, cause) ? TABLE[cause] : undefined;
  return ofProbe(incident);
}

function ofProbe({ cause, facts, evidence }: Incident): Explaining | undefined {
  if (evidence.some(({ text }) => UNASKED.test(text))) return undefined;
  const type = cause.slice('probe/'.length);
  const { failure, statusCode = 0 } = facts.probe ?? {};
  const probe = `${type}Probe`;
  const handlers = ['httpGet', 'tcpSocket', 'grpc', 'exec'].map((handler) => `${probe}.${handler}`);
  // A process that has not started yet refuses, or says that it is not ready: a kill then is a matter of time.
  const kills = type !== 'readiness';
  const notYet = failure === 'refused' || (failure === 'http-status' && statusCode >= 500);
  const timing = failure === 'timeout' || failure === undefined || failure === 'other' || (kills && notYet);
  // A name stands for the number that the container's port has.
  const named = failure === 'unknown-port-name' || isPortName(facts.probe?.port) ? ['ports[]'] : [];
  // Who answers that it does not know the request has started, whatever its rights.
  const answers = failure === 'http-status' && statusCode >= 400 && statusCode < 500;
  const process = [
    'image',
    'command',
    'args',
    'env[]',
    'envFrom',
    'volumeMounts[]',
    ...(answers ? [] : ['securityContext']),
  ];
  const patience = [probe, 'resources.limits.cpu', ...(type === 'liveness' ? ['startupProbe'] : [])];
  const fields = [...(timing ? patience : handlers), ...named];
  if (failure === 'unknown-port-name') return { ...NOTHING, container: fields };
  const pod = AROUND_PROCESS.filter((field) => !answers || field !== 'securityContext');
  return { ...NOTHING, container: [...fields, ...process], pod, data: true, around: true };
}

function isPortName(port: string | number | undefined): boolean {
  return typeof port === 'string' && !/^\d+$/.test(port);
}
