import type { JsonObject } from '../../src/domain/json.ts';

/** A pod of about 13 KB of JSON, the size of a sidecar-laden pod with its managed fields; every tenth one fails. */
export function benchPod(index: number): JsonObject {
  const name = `web-${Math.floor(index / 3)}-6d45fdb7db-${index.toString(36).padStart(5, '0')}`;
  const failing = index % 10 === 0;
  const container = (containerName: string): JsonObject => ({
    name: containerName,
    image: `registry.example.com/team/${containerName}:1.${index % 50}.0`,
    imagePullPolicy: 'IfNotPresent',
    env: Array.from({ length: 24 }, (_, n) => ({
      name: `SETTING_${n}`,
      value: `value-${index}-${n}-${'x'.repeat(48)}`,
    })),
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    livenessProbe: {
      httpGet: { path: '/healthz', port: 'http', scheme: 'HTTP' },
      periodSeconds: 10,
      failureThreshold: 3,
    },
    volumeMounts: [{ name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }],
    terminationMessagePath: '/dev/termination-log',
  });
  const status = (containerName: string): JsonObject => ({
    name: containerName,
    ready: !failing,
    restartCount: failing ? 7 : 0,
    image: `registry.example.com/team/${containerName}:1.${index % 50}.0`,
    imageID: `registry.example.com/team/${containerName}@sha256:${'ab'.repeat(32)}`,
    containerID: `containerd://${'cd'.repeat(32)}`,
    state: failing
      ? {
          waiting: {
            reason: 'CrashLoopBackOff',
            message: `back-off 5m0s restarting failed container=${containerName}`,
          },
        }
      : { running: { startedAt: '2026-11-21T05:40:00Z' } },
    lastState: failing
      ? { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-11-21T05:50:00Z' } }
      : {},
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: `team-${index % 40}`,
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      resourceVersion: String(100_000 + index),
      creationTimestamp: '2026-11-21T05:39:00Z',
      labels: { app: `web-${Math.floor(index / 3)}`, 'pod-template-hash': '6d45fdb7db' },
      annotations: { 'example.com/checksum': 'e'.repeat(64) },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `web-${Math.floor(index / 3)}-6d45fdb7db`,
          uid: 'u',
          controller: true,
        },
      ],
      managedFields: [
        {
          manager: 'kube-controller-manager',
          operation: 'Update',
          apiVersion: 'v1',
          time: '2026-11-21T05:39:00Z',
          fieldsType: 'FieldsV1',
          fieldsV1: Object.fromEntries(
            Array.from({ length: 128 }, (_, n) => [`f:field${n}`, { 'f:value': {}, '.': {} }]),
          ),
        },
      ],
    },
    spec: {
      nodeName: `node-${index % 100}`,
      serviceAccountName: 'default',
      restartPolicy: 'Always',
      containers: [container('web'), container('proxy')],
      volumes: [
        {
          name: 'token',
          projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3607 } }] },
        },
      ],
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    },
    status: {
      phase: 'Running',
      podIP: `10.0.${index % 250}.${index % 200}`,
      startTime: '2026-11-21T05:39:00Z',
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        type,
        status: failing && type.includes('Ready') ? 'False' : 'True',
        lastProbeTime: null,
        lastTransitionTime: '2026-11-21T05:39:05Z',
      })),
      containerStatuses: [status('web'), status('proxy')],
    },
  };
}
