import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROJECTIONS } from '../../../src/domain/kubernetes/kinds.ts';
import { ALL_KINDS, KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import { deployment, kit, object } from './kit.ts';
import type { Kit } from './kit.ts';

interface WatchLine {
  type: string;
  object: { kind: string; code?: number; reason?: string; metadata: { name?: string; resourceVersion: string } };
}

/** Reads `count` lines of a watch, or all until it ends. */
async function watch(k: Kit, path: string, count = Infinity): Promise<WatchLine[]> {
  const abort = new AbortController();
  const response = await k.call(path, { signal: abort.signal });
  const lines: WatchLine[] = [];
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const parts = rest.split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((line) => JSON.parse(line) as WatchLine));
    if (lines.length >= count) break;
  }
  abort.abort();
  return lines;
}

const map = (name: string, value = 'x') => object('ConfigMap', name, { data: { value } });

void test('discovery, version and errors have the shapes of a real server', async (t) => {
  const k = await kit(t);
  assert.equal((await k.json('/version')).body.gitVersion, 'v1.34.2');
  const groups = (await k.json('/apis')).body.groups;
  assert.ok(groups.some(({ name }) => name === 'apps') && groups.some(({ name }) => name === 'argoproj.io'));
  const resources = (await k.json('/api/v1')).body.resources;
  assert.ok(resources.some(({ name }) => name === 'pods/log'));
  const missing = await k.json('/apis/apps/v1/namespaces/shop/deployments/web');
  assert.deepEqual(missing.body, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'deployments.apps "web" not found',
    reason: 'NotFound',
    details: { name: 'web', group: 'apps', kind: 'deployments' },
    code: 404,
  });
  assert.equal(await (await k.call('/apis/nope.example/v1/things')).text(), '404 page not found\n');
  assert.equal((await k.json('/apis/apps/v1/things')).body.message, 'the server could not find the requested resource');
});

void test('a request without the token is 401', async (t) => {
  const k = await kit(t);
  const answer = await k.json('/api/v1/pods', { headers: { authorization: 'Bearer wrong' } });
  assert.deepEqual([answer.code, answer.body.reason], [401, 'Unauthorized']);
});

void test('lists come in pages of one moment, and their continue tokens expire', async (t) => {
  const k = await kit(t);
  for (let i = 0; i < 7; i++) k.world.apply(map(`m${i}`));
  const path = '/api/v1/namespaces/shop/configmaps?limit=3';
  const first = await k.json(path);
  k.world.apply(map('m0a'));
  const next = first.body.metadata.continue;
  const second = await k.json(`${path}&continue=${next}`);
  const third = await k.json(`${path}&continue=${second.body.metadata.continue}`);
  const names = [first, second, third].flatMap(({ body }) => body.items.map((item) => item.metadata.name));
  assert.deepEqual(names, ['kube-root-ca.crt', 'm0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6']);
  assert.equal(first.body.metadata.resourceVersion, third.body.metadata.resourceVersion);
  assert.equal(third.body.metadata.continue, undefined);
  k.world.faults.set({ gone: true });
  const expired = await k.json(`${path}&continue=${next}`);
  assert.deepEqual([expired.code, expired.body.reason], [410, 'Expired']);
  k.world.faults.clear();
  assert.equal((await k.json(`${path}&continue=bm9wZTow`)).code, 410);
});

void test('items of built-in kinds carry no kind, those of custom resources do', async (t) => {
  const k = await kit(t);
  k.world.apply(map('m'));
  k.world.apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace: 'argocd' },
    spec: {},
  });
  const kindOf = async (path: string) => (await k.json(path)).body.items.map((item) => item.kind);
  assert.equal((await kindOf('/api/v1/configmaps'))[0], undefined);
  assert.deepEqual(await kindOf('/apis/argoproj.io/v1alpha1/appprojects'), ['AppProject']);
});

void test('selectors filter by label and by field', async (t) => {
  const k = await kit(t);
  k.world.apply(deployment('web'));
  k.world.apply(deployment('api'));
  await k.pass(2);
  const count = async (query: string) => (await k.json(`/api/v1/namespaces/shop/pods?${query}`)).body.items.length;
  assert.equal(await count('labelSelector=app%3Dweb'), 1);
  assert.equal(await count('labelSelector=app%20in%20(web,api)'), 2);
  assert.equal(await count('labelSelector=app!%3Dweb,pod-template-hash'), 1);
  assert.equal(await count('labelSelector=!app'), 0);
  assert.equal(await count(`fieldSelector=metadata.name%3D${k.pods('web')[0]?.metadata.name}`), 1);
  const name = k.pods('web')[0]?.metadata.name;
  const events = await k.json(
    `/api/v1/namespaces/shop/events?fieldSelector=involvedObject.kind%3DPod,involvedObject.name%3D${name}`,
  );
  assert.ok(events.body.items.length > 2);
  assert.equal((await k.json('/api/v1/pods?fieldSelector=spec.foo%3D1')).code, 400);
});

void test('a watch resumes, sends what happens, bookmarks when asked, and ends in time', async (t) => {
  const k = await kit(t, { bookmarkMs: 30 });
  k.world.apply(map('a'));
  const { resourceVersion } = (await k.json('/api/v1/namespaces/shop/configmaps')).body.metadata;
  k.world.apply(map('b'));
  const made = k.world.apply(map('a', 'y'));
  k.world.store.delete(made);
  const lines = await watch(
    k,
    `/api/v1/namespaces/shop/configmaps?watch=true&resourceVersion=${resourceVersion}&allowWatchBookmarks=true`,
    4,
  );
  assert.deepEqual(
    lines.slice(0, 4).map(({ type, object: { metadata } }) => [type, metadata.name]),
    [
      ['ADDED', 'b'],
      ['MODIFIED', 'a'],
      ['DELETED', 'a'],
      ['BOOKMARK', undefined],
    ],
  );
  assert.equal(lines[3]?.object.metadata.resourceVersion, String(k.world.store.version()));
  const ended = await watch(
    k,
    '/api/v1/namespaces/shop/configmaps?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Db',
  );
  assert.deepEqual(
    ended.map(({ type, object: { metadata } }) => [type, metadata.name]),
    [['ADDED', 'b']],
  );
});

const labelled = (tier: string) => ({ ...map('m'), metadata: { name: 'm', namespace: 'shop', labels: { tier } } });

void test('an object that leaves the selection is DELETED to that watch', async (t) => {
  const k = await kit(t);
  k.world.apply(labelled('web'));
  const reading = watch(k, '/api/v1/namespaces/shop/configmaps?watch=true&labelSelector=tier%3Dweb', 2);
  while (!k.world.requests.some((line) => line.includes('watch=true')))
    await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  k.world.apply(labelled('db'));
  assert.deepEqual(
    (await reading).map(({ type }) => type),
    ['ADDED', 'DELETED'],
  );
});

void test('a version that the history has lost is answered with an ERROR event 410', async (t) => {
  const k = await kit(t, { historyLimit: 10 });
  const { resourceVersion } = (await k.json('/api/v1/configmaps')).body.metadata;
  for (let i = 0; i < 40; i++) k.world.apply(map('m', String(i)));
  const [line] = await watch(k, `/api/v1/configmaps?watch=true&resourceVersion=${resourceVersion}`);
  assert.deepEqual([line?.type, line?.object.code, line?.object.reason], ['ERROR', 410, 'Expired']);
});

void test('faults on demand: 403 and 404 by kind, 429, 500, 410, dropped watches, no answer at all', async (t) => {
  const k = await kit(t);
  const { faults } = k.world;
  const code = async (path = '/api/v1/secrets') => (await k.json(path)).code;
  faults.set({ forbidden: ['Secret'], absent: ['Application'] });
  const forbidden = await k.json('/api/v1/secrets');
  assert.equal(
    forbidden.body.message,
    'secrets is forbidden: User "system:serviceaccount:remendo:remendo" cannot list resource "secrets" in API group "" at the cluster scope',
  );
  assert.equal(await code('/api/v1/pods'), 200);
  assert.equal(await code('/apis/argoproj.io/v1alpha1/applications'), 404);
  faults.clear();
  faults.set({ tooMany: 3 });
  const busy = await k.call('/api/v1/pods');
  assert.deepEqual([busy.status, busy.headers.get('retry-after')], [429, '3']);
  await busy.arrayBuffer();
  faults.clear();
  faults.set({ broken: true });
  assert.equal(await code(), 500);
  faults.clear();
  faults.set({ gone: true });
  const [line] = await watch(k, `/api/v1/pods?watch=true&resourceVersion=${k.world.store.version()}`);
  assert.equal(line?.object.code, 410);
  faults.clear();
  const cut = watch(k, `/api/v1/pods?watch=true&resourceVersion=${k.world.store.version()}`);
  while (!k.world.requests.at(-1)?.includes('watch=true')) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  faults.set({ dropWatches: true });
  await assert.rejects(cut);
  faults.clear();
  faults.set({ unauthorized: true });
  assert.equal(await code(), 401);
  faults.clear();
  faults.set({ slow: 20 });
  assert.equal(await code(), 200);
  faults.clear();
  faults.set({ unreachable: true });
  await assert.rejects(k.call('/api/v1/pods'));
});

void test('logs are refused as the kubelet refuses them', async (t) => {
  const k = await kit(t);
  const missing = { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] };
  k.world.apply(deployment('web', {}, { initContainers: [{ name: 'init', image: 'reg.example/task:1' }] }));
  k.world.apply(deployment('cold', missing));
  k.world.apply(deployment('far', {}, { nodeSelector: { a: 'b' } }));
  await k.pass(3);
  const log = (app: string, query = '') =>
    k.json(`/api/v1/namespaces/shop/pods/${k.pods(app)[0]?.metadata.name}/log?${query}`);
  const web = k.pods('web')[0]?.metadata.name ?? '';
  assert.equal(
    (await log('web')).body.message,
    `a container name must be specified for pod ${web}, choose one of: [web] or one of the init containers: [init]`,
  );
  assert.equal((await log('web', 'container=nope')).body.message, `container nope is not valid for pod ${web}`);
  assert.equal(
    (await log('web', 'container=web&previous=true')).body.message,
    `previous terminated container "web" in pod "${web}" not found`,
  );
  assert.match(
    (await log('cold')).body.message,
    /^container "cold" in pod "cold-\S+" is waiting to start: CreateContainerConfigError$/,
  );
  const [far] = k.pods('far');
  assert.equal((await k.call(`/api/v1/namespaces/shop/pods/${far?.metadata.name ?? ''}/log`)).status, 204);
  assert.equal((await log('cold')).code, 400);
  const limited = await k.call(`/api/v1/namespaces/shop/pods/${web}/log?container=web&limitBytes=5`);
  assert.equal(await limited.text(), 'liste');
});

void test('every object that the world lists parses with the projections of the domain', async (t) => {
  const k = await kit(t);
  const { spec } = deployment('db');
  k.world.apply(deployment('web', { ports: [{ containerPort: 8080 }] }));
  k.world.apply(deployment('typo', { image: 'reg.example/web:l' }));
  k.world.apply(deployment('big', { resources: { requests: { cpu: '99' } } }));
  k.world.apply(object('StatefulSet', 'db', { spec: { ...(spec as object), serviceName: 'db' } }, 'apps/v1'));
  k.world.apply(object('DaemonSet', 'ds', { spec: spec ?? {} }, 'apps/v1'));
  k.world.apply(
    object('Service', 'web', { spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] } }),
  );
  k.world.apply(
    object(
      'Job',
      'job',
      {
        spec: {
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'reg.example/task:1' }] } },
        },
      },
      'batch/v1',
    ),
  );
  k.world.apply(
    object('PersistentVolumeClaim', 'data', {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    }),
  );
  k.world.apply(object('ResourceQuota', 'q', { spec: { hard: { pods: '50' } } }));
  k.world.apply(
    object(
      'HorizontalPodAutoscaler',
      'web',
      { spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'web' } } },
      'autoscaling/v2',
    ),
  );
  await k.pass(5);
  const counts: Record<string, number> = {};
  for (const kind of ALL_KINDS) {
    const { apiVersion, plural } = KINDS[kind];
    const { body } = await k.json(`/${apiVersion === 'v1' ? 'api' : 'apis'}/${apiVersion}/${plural}`);
    for (const item of body.items) {
      const parsed = PROJECTIONS[kind].safeParse(item);
      assert.ok(parsed.success, `${kind}: ${JSON.stringify(parsed.error?.issues)} in ${JSON.stringify(item)}`);
    }
    counts[kind] = body.items.length;
  }
  for (const kind of [
    'Pod',
    'ReplicaSet',
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'Job',
    'EndpointSlice',
    'Event',
    'Node',
    'ServiceAccount',
  ]) {
    assert.ok((counts[kind] ?? 0) > 0, `no ${kind}`);
  }
});
