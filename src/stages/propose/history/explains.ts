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
  /** Fields of workloads that a Service selects: labels of the template, or container ports. */
  readonly selected?: 'labels' | 'ports';
}

const NOTHING: Explaining = { container: [], anyContainer: false, pod: [], object: [], data: false };
const START = ['command', 'args', 'image', 'workingDir', 'volumeMounts[]', 'securityContext'];
const PROCESS = [...START, 'env[]', 'envFrom'];
const IN_POD = ['volumes[]', 'securityContext', 'serviceAccountName', 'serviceAccount'];
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

const CRASH: Explaining = { ...NOTHING, container: [...PROCESS, 'lifecycle'], pod: IN_POD, data: true };
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
  'config/create-error': { ...NOTHING, container: START, pod: IN_POD },
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
    pod: [...IN_POD, ...PLACEMENT],
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

/** What can explain an incident's cause; undefined where nothing in Git can. */
export function explaining({ cause, facts }: Incident): Explaining | undefined {
  if (facts.refusal?.unasked === true) return undefined;
  if (cause === 'job/failed' && facts.reason === 'DeadlineExceeded') return DEADLINE;
  if (!cause.startsWith('probe/')) return Object.hasOwn(TABLE, cause) ? TABLE[cause] : undefined;
  const type = cause.slice('probe/'.length);
  const { failure, statusCode = 0 } = facts.probe ?? {};
  const probe = `${type}Probe`;
  const handlers = ['httpGet', 'tcpSocket', 'grpc', 'exec'].map((handler) => `${probe}.${handler}`);
  // A process that has not started yet refuses, or says that it is not ready: a kill then is a matter of time.
  const kills = type !== 'readiness';
  const notYet = failure === 'refused' || (failure === 'http-status' && statusCode >= 500);
  const timing = failure === 'timeout' || failure === undefined || failure === 'other' || (kills && notYet);
  const named = failure === 'unknown-port-name' ? ['ports[]'] : [];
  const process = ['image', 'command', 'args', 'env[]', 'envFrom', 'securityContext'];
  const patience = [probe, 'resources.limits.cpu', ...(type === 'liveness' ? ['startupProbe'] : [])];
  const fields = [...(timing ? patience : handlers), ...named];
  return {
    ...NOTHING,
    container: failure === 'unknown-port-name' ? fields : [...fields, ...process],
    pod: [],
    data: failure !== 'unknown-port-name',
  };
}
