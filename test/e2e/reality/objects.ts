import type { JsonObject } from '../../../src/domain/json.ts';

/** Namespaces of the comparison, each with one thing that refuses. */
export const PLAIN = 'reality';
export const QUOTA = 'reality-quota';
export const LIMITS = 'reality-limits';
export const RESTRICTED = 'reality-restricted';

const namespace = (name: string, labels: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

/** A pod spec with one container. */
export const podSpec = (container: JsonObject = {}, spec: JsonObject = {}): JsonObject => ({
  containers: [{ name: 'web', image: 'reg.example/web:1', ...container }],
  ...spec,
});

export function workload(
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
  pod: JsonObject = podSpec(),
  spec: JsonObject = {},
  ns = PLAIN,
  name = 'web',
): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: ns },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: pod },
      ...spec,
    },
  };
}

export const deployment = (container: JsonObject = {}, spec: JsonObject = {}, ns = PLAIN): JsonObject =>
  workload('Deployment', podSpec(container), spec, ns);

export const job = (container: JsonObject = {}, spec: JsonObject = {}, name = 'task'): JsonObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: PLAIN },
  spec: { template: { spec: podSpec(container, { restartPolicy: 'Never' }) }, ...spec },
});

export const pod = (container: JsonObject = {}, ns = PLAIN, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'probe', namespace: ns },
  spec: podSpec(container, spec),
});

export const plain = (kind: string, name: string, rest: JsonObject, ns = PLAIN): JsonObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: ns },
  ...rest,
});

/** What is there before anything is asked. */
export const SEED: readonly JsonObject[] = [
  namespace(PLAIN),
  namespace(QUOTA),
  namespace(LIMITS),
  namespace(RESTRICTED, { 'pod-security.kubernetes.io/enforce': 'restricted' }),
  plain(
    'ResourceQuota',
    'team',
    { spec: { hard: { pods: '2', 'requests.memory': '1Gi', 'limits.memory': '1Gi' } } },
    QUOTA,
  ),
  plain(
    'LimitRange',
    'sizes',
    {
      spec: {
        limits: [
          {
            type: 'Container',
            max: { memory: '256Mi' },
            default: { memory: '128Mi' },
            defaultRequest: { memory: '64Mi' },
          },
        ],
      },
    },
    LIMITS,
  ),
  workload('Deployment', podSpec(), { replicas: 0 }),
  workload('StatefulSet', podSpec(), { replicas: 0, serviceName: 'web' }, PLAIN, 'store'),
  job({}, { suspend: true }),
  plain('ConfigMap', 'settings', { data: { MODE: 'a' } }),
  plain('ConfigMap', 'frozen', { data: { MODE: 'a' }, immutable: true }),
  plain('Service', 'web', { spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] } }),
  plain('PersistentVolumeClaim', 'data', {
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'manual', resources: { requests: { storage: '1Gi' } } },
  }),
];

/** Kept by client-side apply, as Argo CD does unless it is told otherwise. */
export const CLIENT_SIDE: readonly JsonObject[] = [
  workload(
    'Deployment',
    podSpec(
      {
        env: [
          { name: 'A', value: 'x' },
          { name: 'B', value: 'y' },
        ],
        args: ['--a', '--b'],
        ports: [{ containerPort: 8080, name: 'http' }],
        readinessProbe: { httpGet: { path: '/', port: 8080 } },
      },
      { nodeSelector: { disk: 'ssdd' }, volumes: [{ name: 'data', configMap: { name: 'settings' } }] },
    ),
    { replicas: 0 },
    PLAIN,
    'classic',
  ),
];
