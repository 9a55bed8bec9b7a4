import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/domain/json.ts';
import { wordOf } from '../../../src/sandbox/cluster/json-object.ts';
import { applyInit, deployment, DRY, kit, object } from './kit.ts';
import type { Answer, Kit } from './kit.ts';

const PLURALS: Record<string, string> = {
  Deployment: 'apis/apps/v1/namespaces/shop/deployments',
  StatefulSet: 'apis/apps/v1/namespaces/shop/statefulsets',
  Job: 'apis/batch/v1/namespaces/shop/jobs',
  CronJob: 'apis/batch/v1/namespaces/shop/cronjobs',
  Service: 'api/v1/namespaces/shop/services',
  ConfigMap: 'api/v1/namespaces/shop/configmaps',
  PersistentVolumeClaim: 'api/v1/namespaces/shop/persistentvolumeclaims',
  Application: 'apis/argoproj.io/v1alpha1/namespaces/shop/applications',
};

function dry(k: Kit, manifest: JsonObject, name = 'web'): Promise<Answer> {
  return k.json(`/${PLURALS[wordOf(manifest.kind)] ?? ''}/${name}?${DRY}`, applyInit(manifest));
}

void test('a valid change is accepted with defaults filled in, and nothing changes', async (t) => {
  const k = await kit(t);
  k.world.apply(deployment('web'));
  const version = k.world.store.version();
  const answer = await dry(
    k,
    deployment('web', { image: 'reg.example/web:2', resources: { limits: { memory: '1024Mi', cpu: 0.5 } } }),
  );
  assert.equal(answer.code, 200);
  assert.deepEqual(answer.body.spec.strategy, {
    rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
    type: 'RollingUpdate',
  });
  assert.match(JSON.stringify(answer.body.spec.template), /"limits":\{"memory":"1Gi","cpu":"500m"\}/);
  assert.equal(k.world.store.version(), version);
  assert.equal((await dry(k, deployment('new'), 'new')).code, 201);
  assert.equal(k.world.get('Deployment', 'shop', 'new'), undefined);
});

void test('unknown fields and wrong types are refused as the real server words it (500 for built-in kinds)', async (t) => {
  const k = await kit(t);
  const head = 'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): ';
  const at = '.spec.template.spec.containers[name="web"]';
  for (const [container, text] of [
    [{ foo: 1 }, `${at}.foo: field not declared in schema`],
    [{ resources: { cpu: '1' } }, `${at}.resources.cpu: field not declared in schema`],
    [
      { env: [{ name: 'A', value: 587 }] },
      `${at}.env[name="A"].value: expected string, got &value.valueUnstructured{Value:587}`,
    ],
    [
      { readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: '5' } },
      `${at}.readinessProbe.periodSeconds: expected numeric (int or float), got string`,
    ],
    [{ env: [{ name: 'A' }, { name: 'A' }] }, `${at}.env: duplicate entries for key [name="A"]`],
    [
      { ports: [{ containerPort: 80, bar: 1 }] },
      `${at}.ports[containerPort=80,protocol="TCP"].bar: field not declared in schema`,
    ],
    [{ args: 'x' }, `${at}.args: expected list, got &{x}`],
    [{ env: [{ value: 'x' }, { value: 'y' }] }, `${at}.env: duplicate entries for key [name=""]`],
  ] as const) {
    const answer = await dry(k, deployment('web', container));
    assert.deepEqual([answer.code, answer.body.message, answer.body.reason], [500, head + text, undefined]);
  }
  const two = await dry(k, { ...deployment('web', { foo: 1 }), bar: true });
  assert.equal(
    two.body.message,
    `${head}errors:\n  ${at}.foo: field not declared in schema\n  .bar: field not declared in schema`,
  );
  const quantity = await dry(k, deployment('web', { resources: { limits: { memory: '64Mb' } } }));
  assert.equal(quantity.code, 500);
  assert.match(
    quantity.body.message,
    /^failed to convert new object \(shop\/web; apps\/v1, Kind=Deployment\) to proper version: .*quantities must match/,
  );
});

void test('field validation refuses with 422 and names every field', async (t) => {
  const k = await kit(t);
  const c = 'spec.template.spec.containers[0]';
  for (const [manifest, field, text] of [
    [deployment('web', { image: '' }), `${c}.image`, 'Required value'],
    [
      deployment('web', { imagePullPolicy: 'Sometimes' }),
      `${c}.imagePullPolicy`,
      'Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
    ],
    [
      deployment('web', { ports: [{ containerPort: 70_000 }] }),
      `${c}.ports[0].containerPort`,
      'Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
    [
      deployment('web', { livenessProbe: { httpGet: { port: 0 } } }),
      `${c}.livenessProbe.httpGet.port`,
      'Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
    [
      deployment('web', { livenessProbe: { periodSeconds: 3 } }),
      `${c}.livenessProbe`,
      'Required value: must specify a handler type',
    ],
    [
      deployment('web', { resources: { requests: { memory: '2Gi' }, limits: { memory: '1Gi' } } }),
      `${c}.resources.requests`,
      'Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi',
    ],
    [
      deployment('web', { volumeMounts: [{ name: 'nope', mountPath: '/x' }] }),
      `${c}.volumeMounts[0].name`,
      'Not found: "nope"',
    ],
    [
      deployment('web', {}, { restartPolicy: 'Never' }),
      'spec.template.spec.restartPolicy',
      'Unsupported value: "Never": supported values: "Always"',
    ],
    [
      deployment('web', {}, {}, { replicas: -1 }),
      'spec.replicas',
      'Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      deployment('web', {}, {}, { selector: { matchLabels: { app: 'other' } } }),
      'spec.template.metadata.labels',
      'Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ],
    [
      deployment('web', {}, {}, { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
      'spec.strategy.rollingUpdate.maxUnavailable',
      'Invalid value: 0: may not be 0 when `maxSurge` is 0',
    ],
    [
      object(
        'CronJob',
        'web',
        {
          spec: {
            schedule: 'every day',
            jobTemplate: {
              spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } } },
            },
          },
        },
        'batch/v1',
      ),
      'spec.schedule',
      'Invalid value: "every day": expected exactly 5 fields, found 2: [every day]',
    ],
    [
      object('Job', 'web', { spec: { template: { spec: { containers: [{ name: 'a', image: 'b' }] } } } }, 'batch/v1'),
      'spec.template.spec.restartPolicy',
      'Required value: valid values: "OnFailure", "Never"',
    ],
    [
      object('Service', 'web', { spec: { ports: [{ port: 80 }, { port: 81, name: 'b' }] } }),
      'spec.ports[0].name',
      'Required value',
    ],
    [
      object('Application', 'web', { spec: { project: 'default' } }, 'argoproj.io/v1alpha1'),
      'spec.destination',
      'Required value',
    ],
  ] as const) {
    const { code, body } = await dry(k, manifest);
    assert.deepEqual([code, body.reason], [422, 'Invalid'], body.message);
    assert.deepEqual(
      body.details?.causes?.map((cause) => [cause.field, cause.message]),
      [[field, text]],
    );
    assert.ok(body.message.endsWith(` "web" is invalid: ${field}: ${text}`), body.message);
  }
});

const job = (image: string) =>
  object(
    'Job',
    'web',
    { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image }] } } } },
    'batch/v1',
  );

const set = (serviceName: string, image = 'a') =>
  object(
    'StatefulSet',
    'web',
    { spec: { ...(deployment('web', { image }).spec as JsonObject), serviceName } },
    'apps/v1',
  );

const claim = (storageClassName: string) =>
  object('PersistentVolumeClaim', 'web', {
    spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage: '1Gi' } } },
  });

const frozen = (value: string) => object('ConfigMap', 'web', { immutable: true, data: { value } });

void test('what cannot change is refused: selectors, Job templates, StatefulSet and claim specs', async (t) => {
  const k = await kit(t);
  const relabelled = {
    ...deployment('web'),
    spec: {
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'web', image: 'a' }] } },
    },
  };
  for (const [before, after, text] of [
    [deployment('web'), relabelled, /spec\.selector: Invalid value: .*: field is immutable/],
    [job('a'), job('b'), /spec\.template: Invalid value: .*: field is immutable/],
    [set('a'), set('b'), /updates to statefulset spec for fields other than 'replicas', .* are forbidden$/],
    [claim('a'), claim('b'), /spec: Forbidden: spec is immutable after creation except resources\.requests/],
    [frozen('a'), frozen('b'), /data: Forbidden: field is immutable when `immutable` is set/],
  ] as const) {
    k.world.apply(before);
    const { code, body } = await dry(k, after);
    assert.equal(code, 422);
    assert.match(body.message, text);
  }
  assert.equal((await dry(k, set('a', 'b'))).code, 200);
});

void test('a field that was applied before and is left out now is gone from the answer', async (t) => {
  const k = await kit(t);
  k.world.apply(
    deployment('web', {
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    }),
  );
  const { body } = await dry(k, deployment('web', { env: [{ name: 'B', value: '3' }] }));
  assert.match(JSON.stringify(body.spec), /"env":\[\{"name":"B","value":"3"\}\]/);
});

void test('templates that PodSecurity would refuse are accepted with a warning, pods are refused', async (t) => {
  const labels = { 'pod-security.kubernetes.io/enforce': 'baseline', 'pod-security.kubernetes.io/warn': 'restricted' };
  const k = await kit(t, { namespaces: [{ name: 'shop', labels }] });
  const answer = await dry(k, deployment('web'));
  assert.equal(answer.code, 201);
  assert.match(
    answer.warnings ?? '',
    /^299 - "would violate PodSecurity \\"restricted:latest\\": allowPrivilegeEscalation != false/,
  );
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'web-', namespace: 'shop' },
    spec: { containers: [{ name: 'web', image: 'a', securityContext: { privileged: true } }] },
  };
  const refused = await k.json('/api/v1/namespaces/shop/pods?dryRun=All', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(pod),
  });
  assert.equal(refused.code, 403);
  assert.match(
    refused.body.message,
    /^pods "web-\w{5}" is forbidden: violates PodSecurity "baseline:latest": privileged \(container "web" must not set securityContext\.privileged=true\)$/,
  );
});

void test('a pod in dry-run meets quota, LimitRange and its ServiceAccount', async (t) => {
  const k = await kit(t);
  const post = (spec: JsonObject) =>
    k.json('/api/v1/namespaces/shop/pods?dryRun=All&fieldValidation=Strict', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { generateName: 'web-', namespace: 'shop' },
        spec: { containers: [{ name: 'web', image: 'a', ...spec }] },
      }),
    });
  assert.equal((await post({})).code, 201);
  const typo = await post({ imagee: 'b' });
  assert.deepEqual(
    [typo.code, typo.body.message],
    [
      400,
      'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].imagee"',
    ],
  );
  k.world.apply(object('ResourceQuota', 'team', { spec: { hard: { pods: '0' } } }));
  assert.match(
    (await post({})).body.message,
    /exceeded quota: team, requested: pods=1, used: pods=0, limited: pods=0$/,
  );
  k.world.apply(
    object('LimitRange', 'team', { spec: { limits: [{ type: 'Container', maxLimitRequestRatio: { memory: '2' } }] } }),
  );
  const ratio = await post({ resources: { limits: { memory: '4Gi' }, requests: { memory: '1Gi' } } });
  assert.match(ratio.body.message, /memory max limit to request ratio per Container is 2, but provided ratio is 4$/);
  assert.equal(k.world.list('Pod').length, 0);
});

void test('real writes are denied in the words of the policy, whatever the verb', async (t) => {
  const k = await kit(t);
  k.world.apply(deployment('web'));
  const text = /ValidatingAdmissionPolicy 'remendo-read-only' with binding 'remendo-read-only' denied request: /;
  const path = '/apis/apps/v1/namespaces/shop/deployments';
  const body = JSON.stringify(deployment('new'));
  for (const [url, init] of [
    [`${path}/web?fieldManager=x`, applyInit(deployment('web'))],
    [`${path}/web`, { method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' }, body: '{}' }],
    [path, { method: 'POST', headers: { 'content-type': 'application/json' }, body }],
    [`${path}/web`, { method: 'DELETE' }],
  ] as const) {
    const answer = await k.json(url, init);
    assert.ok(answer.code === 422 || answer.code === 403);
    assert.match(answer.body.message, text);
  }
  k.world.faults.set({ policyMissing: true });
  assert.equal(
    (await k.json(`${path}/web?fieldManager=x`, applyInit(deployment('web', { image: 'reg.example/web:2' })))).code,
    200,
  );
  assert.match(JSON.stringify(k.world.get('Deployment', 'shop', 'web')?.spec), /web:2/);
});

void test('bad calls get their own answers', async (t) => {
  const k = await kit(t);
  const path = '/apis/apps/v1/namespaces/shop/deployments/web';
  const { message } = (await k.json(`${path}?dryRun=Some&fieldManager=x`, applyInit({}))).body;
  assert.match(message, /dryRun: Unsupported value: "Some": supported values: "All"/);
  assert.match(
    (await k.json(`${path}?dryRun=All`, applyInit(deployment('web')))).body.message,
    /fieldManager: Required value/,
  );
  const merge = { method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' }, body: '{}' };
  assert.match(
    (await k.json(`${path}?dryRun=All&force=true`, merge)).body.message,
    /may not be specified for non-apply patch/,
  );
  assert.equal((await k.json(`${path}?${DRY}`, applyInit(deployment('api')))).code, 400);
  assert.equal((await k.json(`${path}?${DRY}`, { ...applyInit({}), body: 'a: [' })).code, 400);
  assert.match(
    (
      await k.json(
        `${path.replace('shop', 'nope')}?${DRY}`,
        applyInit({ ...deployment('web'), metadata: { name: 'web' } }),
      )
    ).body.message,
    /^namespaces "nope" not found$/,
  );
  k.world.faults.set({ webhookWithoutDryRun: ['Deployment'] });
  assert.equal(
    (await dry(k, deployment('web'))).body.message,
    'admission webhook "guard.example.com" does not support dry run',
  );
  k.world.faults.clear();
  k.world.faults.set({ writesForbidden: true });
  const denied = await dry(k, deployment('web'));
  assert.deepEqual(
    [denied.code, denied.body.message],
    [
      403,
      'deployments.apps "web" is forbidden: User "system:serviceaccount:remendo:remendo" cannot patch resource "deployments" in API group "apps" in the namespace "shop"',
    ],
  );
});
