import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import { child, objectAt, wordOf } from './json-object.ts';

type Draft = Record<string, JsonValue>;

const draft = (value: JsonValue | undefined): Draft => (isObject(value) ? { ...value } : {});
const withDefaults = (value: JsonValue | undefined, defaults: Draft): Draft => ({ ...defaults, ...draft(value) });
const each = (value: JsonValue | undefined, map: (item: Draft) => JsonValue): JsonValue | undefined =>
  isArray(value) ? value.map((item) => (isObject(item) ? map({ ...item }) : item)) : value;

function put(target: Draft, key: string, value: JsonValue | undefined): void {
  if (value !== undefined) target[key] = value;
}

/** Fills in what the API server fills in (k8s.io/kubernetes/pkg/apis, defaults.go). */
export function applyDefaults(kind: string, object: JsonObject): JsonObject {
  const spec = draft(object.spec);
  switch (kind) {
    case 'Pod':
      return { ...object, spec: podSpec(spec, true) };
    case 'Deployment':
      return { ...object, spec: deployment(spec) };
    case 'ReplicaSet':
      return { ...object, spec: { replicas: 1, ...withTemplate(spec) } };
    case 'StatefulSet':
      return { ...object, spec: statefulSet(spec) };
    case 'DaemonSet':
      return {
        ...object,
        spec: {
          revisionHistoryLimit: 10,
          updateStrategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 }, type: 'RollingUpdate' },
          ...withTemplate(spec),
        },
      };
    case 'Job':
      return { ...object, spec: job(spec) };
    case 'CronJob':
      return { ...object, spec: cronJob(spec) };
    case 'Service':
      return { ...object, spec: service(spec) };
    case 'PersistentVolumeClaim':
      return {
        ...object,
        spec: { volumeMode: 'Filesystem', ...spec },
        status: { phase: 'Pending', ...draft(object.status) },
      };
    case 'PersistentVolume':
      return {
        ...object,
        spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem', ...spec },
        status: { phase: 'Available', ...draft(object.status) },
      };
    case 'StorageClass':
      return { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', ...object };
    case 'Secret':
      return secret(object);
    case 'LimitRange':
      return { ...object, spec: { ...spec, limits: each(spec.limits, limitRangeItem) ?? [] } };
    case 'Namespace':
      return { ...object, spec: { finalizers: ['kubernetes'], ...spec }, status: { phase: 'Active' } };
    default:
      return object;
  }
}

function withTemplate(spec: Draft): Draft {
  const template = draft(spec.template);
  if (template.spec === undefined) return spec;
  return { ...spec, template: { metadata: {}, ...template, spec: podSpec(draft(template.spec), false) } };
}

function deployment(spec: Draft): Draft {
  const strategy = withDefaults(spec.strategy, { type: 'RollingUpdate' });
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate = withDefaults(strategy.rollingUpdate, { maxSurge: '25%', maxUnavailable: '25%' });
  }
  return { progressDeadlineSeconds: 600, replicas: 1, revisionHistoryLimit: 10, ...withTemplate(spec), strategy };
}

function statefulSet(spec: Draft): Draft {
  const update = withDefaults(spec.updateStrategy, { type: 'RollingUpdate' });
  if (update.type === 'RollingUpdate') update.rollingUpdate = withDefaults(update.rollingUpdate, { partition: 0 });
  const out: Draft = {
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
    ...withTemplate(spec),
    updateStrategy: update,
  };
  const claims = each(spec.volumeClaimTemplates, (claim) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    ...claim,
    spec: { volumeMode: 'Filesystem', ...draft(claim.spec) },
    status: { phase: 'Pending' },
  }));
  put(out, 'volumeClaimTemplates', claims);
  return out;
}

function job(spec: Draft): Draft {
  const defaults: Draft = {
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    manualSelector: false,
    podReplacementPolicy: 'TerminatingOrFailed',
    suspend: false,
  };
  if (spec.completions === undefined && spec.parallelism === undefined)
    Object.assign(defaults, { completions: 1, parallelism: 1 });
  else if (spec.parallelism === undefined) defaults.parallelism = 1;
  return { ...defaults, ...withTemplate(spec) };
}

function cronJob(spec: Draft): Draft {
  const template = draft(spec.jobTemplate);
  return {
    concurrencyPolicy: 'Allow',
    failedJobsHistoryLimit: 1,
    successfulJobsHistoryLimit: 3,
    suspend: false,
    ...spec,
    jobTemplate: { metadata: {}, ...template, spec: withTemplate(draft(template.spec)) },
  };
}

function service(spec: Draft): Draft {
  const out: Draft = {
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    sessionAffinity: 'None',
    type: 'ClusterIP',
    ...spec,
  };
  put(
    out,
    'ports',
    each(spec.ports, (port) => ({ protocol: 'TCP', targetPort: port.port ?? 0, ...port })),
  );
  return out;
}

function secret(object: JsonObject): JsonObject {
  const { stringData, ...rest } = object;
  const plain = Object.entries(isObject(stringData) ? stringData : {});
  const encoded = plain.map(([key, value]) => [key, Buffer.from(wordOf(value)).toString('base64')] as const);
  const data = { ...objectAt(object, 'data'), ...Object.fromEntries(encoded) };
  return { type: 'Opaque', ...rest, ...(Object.keys(data).length === 0 ? {} : { data }) };
}

/** `default` falls back to `max`, `defaultRequest` to `default`, then `min`. */
function limitRangeItem(item: Draft): Draft {
  if (item.type !== 'Container') return item;
  const limits = { ...objectAt(item, 'max'), ...objectAt(item, 'default') };
  const requests = { ...objectAt(item, 'min'), ...limits, ...objectAt(item, 'defaultRequest') };
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
  return item;
}

function podSpec(spec: Draft, pod: boolean): Draft {
  const out: Draft = {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...(pod ? { enableServiceLinks: true } : {}),
    ...spec,
  };
  if (typeof spec.serviceAccountName === 'string') out.serviceAccount = spec.serviceAccountName;
  put(
    out,
    'containers',
    each(spec.containers, (item) => container(item, pod)),
  );
  put(
    out,
    'initContainers',
    each(spec.initContainers, (item) => container(item, pod)),
  );
  put(out, 'volumes', each(spec.volumes, volume));
  return out;
}

function volume(item: Draft): Draft {
  if (Object.keys(item).every((key) => key === 'name')) return { ...item, emptyDir: {} };
  for (const key of ['configMap', 'secret', 'projected', 'downwardAPI']) {
    if (isObject(item[key])) item[key] = withDefaults(item[key], { defaultMode: 420 });
  }
  if (isObject(item.hostPath)) item.hostPath = withDefaults(item.hostPath, { type: '' });
  return item;
}

function container(item: Draft, pod: boolean): Draft {
  const image = typeof item.image === 'string' ? item.image : '';
  const latest = !image.includes('@') && (image.endsWith(':latest') || !/:[^/]+$/.test(image));
  const out: Draft = {
    imagePullPolicy: latest ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...item,
    resources: pod ? resources(item.resources) : draft(item.resources),
  };
  put(
    out,
    'ports',
    each(item.ports, (port) => ({ protocol: 'TCP', ...port })),
  );
  for (const key of ['livenessProbe', 'readinessProbe', 'startupProbe']) put(out, key, probe(item[key]));
  put(out, 'env', each(item.env, environment));
  return out;
}

function environment(entry: Draft): Draft {
  const ref = objectAt(entry, 'valueFrom', 'fieldRef');
  return ref ? { ...entry, valueFrom: { ...draft(entry.valueFrom), fieldRef: { apiVersion: 'v1', ...ref } } } : entry;
}

/** In a pod (not in a template) a limit without a request is the request too. */
function resources(value: JsonValue | undefined): Draft {
  const out = draft(value);
  const limits = objectAt(value, 'limits');
  if (limits) out.requests = { ...limits, ...objectAt(value, 'requests') };
  return out;
}

function probe(value: JsonValue | undefined): JsonValue | undefined {
  if (!isObject(value)) return undefined;
  const out: Draft = { failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1, ...value };
  if (isObject(child(value, 'httpGet'))) out.httpGet = { path: '/', scheme: 'HTTP', ...draft(value.httpGet) };
  if (isObject(child(value, 'grpc'))) out.grpc = { service: '', ...draft(value.grpc) };
  return out;
}
