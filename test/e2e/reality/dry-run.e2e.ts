import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import { isArray, isObject } from '../../../src/domain/json.ts';
import { isKind } from '../../../src/domain/kubernetes/kinds.ts';
import { project } from '../../../src/domain/kubernetes/project.ts';
import type { ObjectRef } from '../../../src/domain/object-ref.ts';
import type { DryRunAnswer } from '../../../src/ports/cluster.ts';
import {
  CLIENT_SIDE,
  LIMITS,
  PLAIN,
  QUOTA,
  RESTRICTED,
  SEED,
  deployment,
  job,
  plain,
  pod,
  podSpec,
  workload,
} from './objects.ts';
import type { Side, Sides } from './sides.ts';
import { openSides } from './sides.ts';

let sides: Sides;
before(async () => {
  sides = await openSides();
  for (const object of SEED) for (const side of [sides.real, sides.sandbox]) await side.seed(object);
  for (const object of CLIENT_SIDE) for (const side of [sides.real, sides.sandbox]) await side.seedClientSide(object);
});
after(() => sides.close());

function refOf(object: JsonObject): ObjectRef {
  const { apiVersion, kind, metadata } = object as unknown as {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string };
  };
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

const VOLATILE = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'managedFields',
  'generation',
  'clusterIP',
  'clusterIPs',
  'annotations',
  'status',
]);

/** Without what differs between any two servers: ids, times, addresses, what controllers do, the token volume's random name. */
function stable(value: JsonValue): JsonValue {
  if (isArray(value) && value.every((item) => typeof item === 'string')) return value.toSorted();
  if (isArray(value))
    return value
      .filter(
        (item) => !(isObject(item) && typeof item['name'] === 'string' && item['name'].startsWith('kube-api-access-')),
      )
      .map(stable);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, JsonValue][] => {
      if (VOLATILE.has(key) || item === undefined) return [];
      const kept = stable(item);
      return isArray(kept) && kept.length === 0 ? [] : [[key, kept]];
    }),
  );
}

// What only a Go program would print, and Remendo reads nothing from: names of structs, a whole struct, a difference of structs.
const GO_TYPES = [/Go struct field \S+ of type \w+/g, 'Go struct field'] as const;
const GO_DUMP = [/(spec\.template: Invalid value: )\{.*\}/, '$1{}'] as const;
const GO_DIFF = [/(for bound claims)\n[^]*$/, '$1'] as const;

/** Of an accepted object, the fields that Remendo reads; of a refusal, all of it. */
function comparable(answer: DryRunAnswer): unknown {
  if (answer.kind === 'unavailable') return answer;
  if (answer.kind === 'refused')
    return {
      ...answer,
      message: answer.message
        .replaceAll(...GO_TYPES)
        .replace(...GO_DUMP)
        .replace(...GO_DIFF),
    };
  const { kind } = answer.object;
  const projected = typeof kind === 'string' && isKind(kind) ? project(kind, answer.object) : undefined;
  return {
    kind: 'accepted',
    warnings: answer.warnings,
    object: stable((projected?.ok ? projected.value : answer.object) as JsonValue),
  };
}

async function ask(side: Side, verb: 'apply' | 'create', object: JsonObject): Promise<unknown> {
  return comparable(await side.dryRun[verb](object, refOf(object)));
}

const container = (more: JsonObject): JsonObject => deployment(more);
const probe = (more: JsonObject): JsonObject =>
  container({ readinessProbe: { httpGet: { path: '/', port: 80 }, ...more } });
const claim = (spec: JsonObject): JsonObject =>
  plain('PersistentVolumeClaim', 'data', {
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'manual',
      resources: { requests: { storage: '1Gi' } },
      ...spec,
    },
  });
const cronJob = (spec: JsonObject): JsonObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'nightly', namespace: PLAIN },
  spec: {
    schedule: '0 3 * * *',
    jobTemplate: { spec: { template: { spec: podSpec({}, { restartPolicy: 'Never' }) } } },
    ...spec,
  },
});

const APPLIES: Record<string, JsonObject> = {
  'a valid change': container({
    resources: { limits: { memory: '1024Mi', cpu: 0.5 } },
    env: [{ name: 'A', value: '1' }],
  }),
  'a new object': workload('Deployment', podSpec(), {}, PLAIN, 'fresh'),
  'a new StatefulSet': workload('StatefulSet', podSpec(), { serviceName: 'x' }, PLAIN, 'fresh'),
  'a new DaemonSet': workload('DaemonSet', podSpec(), {}, PLAIN, 'fresh'),
  'a new CronJob': cronJob({}),
  'a wrong schedule': cronJob({ schedule: 'every night' }),
  'an unknown field at the top': { ...deployment(), spce: {} },
  'an unknown field of the spec': deployment({}, { replica: 1 }),
  'an unknown field of a container': container({ imagee: 'x' }),
  'an unknown field of a probe': probe({ periodSecond: 3 }),
  'an unknown field of metadata': { ...deployment(), metadata: { name: 'web', namespace: PLAIN, lables: {} } },
  'text for a number': deployment({}, { replicas: 'two' }),
  'a number for text': container({ env: [{ name: 'A', value: 587 }] }),
  'a truth for text': container({ env: [{ name: 'A', value: true }] }),
  'text for a truth': container({ tty: 'yes' }),
  'a map for a list': container({ env: { A: '1' } }),
  'a list for a map': deployment({}, { selector: [] }),
  'text for a map': container({ resources: 'small' }),
  'a label that is a number': { ...deployment(), metadata: { name: 'web', namespace: PLAIN, labels: { tier: 1 } } },
  'an environment variable twice': container({
    env: [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ],
  }),
  'a port twice': container({ ports: [{ containerPort: 80 }, { containerPort: 80 }] }),
  'a container twice': workload('Deployment', {
    containers: [
      { name: 'web', image: 'x:1' },
      { name: 'web', image: 'x:2' },
    ],
  }),
  'a container without a name': workload('Deployment', { containers: [{ image: 'x:1' }] }),
  'a container without an image': workload('Deployment', { containers: [{ name: 'web' }] }),
  'no containers': workload('Deployment', { containers: [] }),
  'a quantity with a wrong unit': container({ resources: { limits: { memory: '64MB' } } }),
  'a negative quantity': container({ resources: { limits: { memory: '-64Mi' } } }),
  'a request above the limit': container({ resources: { requests: { memory: '64Mi' }, limits: { memory: '32Mi' } } }),
  'a request of a resource without a domain': container({ resources: { limits: { gpu: '1' } } }),
  'negative replicas': deployment({}, { replicas: -1 }),
  'a selector that does not match the template': deployment({}, { selector: { matchLabels: { app: 'other' } } }),
  'another selector': {
    ...deployment(
      {},
      {
        selector: { matchLabels: { app: 'other' } },
        template: { metadata: { labels: { app: 'other' } }, spec: podSpec() },
      },
    ),
  },
  'no selector': { ...deployment(), spec: { template: { metadata: { labels: { app: 'web' } }, spec: podSpec() } } },
  'a port out of range': container({ ports: [{ containerPort: 70000 }] }),
  'a port name that is too long': container({ ports: [{ name: 'a-name-that-is-too-long', containerPort: 80 }] }),
  'a probe of two kinds': probe({ tcpSocket: { port: 80 } }),
  'a probe of no kind': container({ livenessProbe: { periodSeconds: 3 } }),
  'a probe port out of range': container({ livenessProbe: { httpGet: { path: '/', port: 0 } } }),
  'a negative probe period': probe({ periodSeconds: -1 }),
  'a liveness probe that needs two successes': container({
    livenessProbe: { tcpSocket: { port: 80 }, successThreshold: 2 },
  }),
  'an environment variable without a name': container({ env: [{ name: '', value: 'x' }] }),
  'a variable with a value and a source': container({
    env: [{ name: 'A', value: 'x', valueFrom: { configMapKeyRef: { name: 'settings', key: 'MODE' } } }],
  }),
  'a mount without its volume': container({ volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
  'a wrong pull policy': container({ imagePullPolicy: 'Sometimes' }),
  'a wrong restart policy': workload('Deployment', podSpec({}, { restartPolicy: 'Never' })),
  'a wrong label value': {
    ...deployment(),
    metadata: { name: 'web', namespace: PLAIN, labels: { tier: 'front end' } },
  },
  'a wrong name': workload('Deployment', podSpec(), {}, PLAIN, 'Web_1'),
  'a namespace that is not there': deployment({}, {}, 'reality-nowhere'),
  'a StatefulSet with another service': workload(
    'StatefulSet',
    podSpec(),
    { replicas: 0, serviceName: 'other' },
    PLAIN,
    'store',
  ),
  'a StatefulSet with more replicas': workload(
    'StatefulSet',
    podSpec(),
    { replicas: 3, serviceName: 'web' },
    PLAIN,
    'store',
  ),
  'a StatefulSet with a claim template': workload(
    'StatefulSet',
    podSpec(),
    {
      replicas: 0,
      serviceName: 'web',
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
    PLAIN,
    'store',
  ),
  'a Job with another template': job({ image: 'reg.example/web:2' }, { suspend: false }),
  'a frozen ConfigMap': plain('ConfigMap', 'frozen', { data: { MODE: 'b' }, immutable: true }),
  'a ConfigMap with a number': plain('ConfigMap', 'settings', { data: { PORT: 8080 } }),
  'a ConfigMap with a wrong key': plain('ConfigMap', 'settings', { data: { 'a b': 'x' } }),
  'another key of a ConfigMap': plain('ConfigMap', 'settings', { data: { MODE: 'a', LEVEL: 'b' } }),
  'a Service with another target port': plain('Service', 'web', {
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8081 }] },
  }),
  'a Service with a port out of range': plain('Service', 'web', {
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 80800 }] },
  }),
  'a Service with an unknown field': plain('Service', 'web', {
    spec: { selectors: { app: 'web' }, ports: [{ port: 80 }] },
  }),
  'a claim that grows before it is bound': claim({ resources: { requests: { storage: '2Gi' } } }),
  'a claim of another class': claim({ storageClassName: 'fast' }),
  'an Application with an unknown field': {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'x', namespace: 'argocd' },
    spec: { project: 'default', destination: {}, sorce: {} },
  },
  'a template that the namespace warns of': deployment({}, {}, RESTRICTED),
};

const classic = (container: JsonObject, spec: JsonObject = {}): JsonObject =>
  workload('Deployment', podSpec(container, spec), { replicas: 0 }, PLAIN, 'classic');
Object.assign(APPLIES, {
  'client-side: everything optional goes': classic({}),
  'client-side: another kind of probe': classic({ readinessProbe: { tcpSocket: { port: 8080 } } }),
  'client-side: a source instead of a value': classic({
    env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'MODE' } } }],
  }),
  'client-side: another volume source': classic({}, { volumes: [{ name: 'data', secret: { secretName: 's' } }] }),
  'client-side: fewer arguments': classic({ args: ['--a'] }),
  'client-side: an unknown field while something goes': classic({ imagee: 'x' }),
  'client-side: a wrong type while something goes': classic({ env: [{ name: 'A', value: 1 }] }),
  'client-side: a wrong quantity while something goes': classic({ resources: { limits: { memory: '1MB' } } }),
  'client-side: an invalid field while something goes': classic({ imagePullPolicy: 'Sometimes' }),
});

const PODS: Readonly<Record<string, JsonObject>> = {
  'a pod': pod(),
  'a pod with an unknown field': pod({ imagee: 'x' }),
  'a pod with text for a number': pod({ ports: [{ containerPort: '80' }] }),
  'a pod with a number for text': pod({ env: [{ name: 'A', value: 1 }] }),
  'a pod without its ServiceAccount': pod({}, PLAIN, { serviceAccountName: 'nobody' }),
  'a pod in a namespace that is not there': pod({}, 'reality-nowhere'),
  'a pod without requests under a quota of them': pod({}, QUOTA),
  'a pod that the quota has room for': pod({ resources: { limits: { memory: '512Mi' } } }, QUOTA),
  'a pod that the quota has no room for': pod({ resources: { limits: { memory: '2Gi' } } }, QUOTA),
  'a pod above the range': pod({ resources: { limits: { memory: '512Mi' } } }, LIMITS),
  'a pod that the range completes': pod({}, LIMITS),
  'a pod that is not restricted': pod({}, RESTRICTED),
  'a pod that is restricted': pod(
    {
      securityContext: {
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
    },
    RESTRICTED,
  ),
  'a pod with a privileged container': pod({ securityContext: { privileged: true } }, RESTRICTED),
  'a pod with a wrong quantity': pod({ resources: { limits: { memory: '64MB' } } }),
};

for (const [verb, cases] of [
  ['apply', APPLIES],
  ['create', PODS],
] as const) {
  for (const [name, object] of Object.entries(cases)) {
    test(`${verb}: ${name}`, async () => {
      const real = await ask(sides.real, verb, object);
      assert.deepEqual(await ask(sides.sandbox, verb, object), real);
    });
  }
}
