import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerStatus } from '../../../src/sandbox/cluster/objects.ts';
import { deployment, kit, object, WEB } from './kit.ts';
import type { Kit } from './kit.ts';

function status(k: Kit, app: string): ContainerStatus {
  const found = k.pods(app)[0]?.status?.containerStatuses?.[0];
  assert.ok(found, `no container status of ${app}`);
  return found;
}

void test('a healthy container runs, is ready and has its log', async (t) => {
  const k = await kit(t);
  const probe = { httpGet: { path: '/healthz', port: 'http' } };
  k.world.apply(
    deployment('web', { ports: [{ name: 'http', containerPort: 8080 }], readinessProbe: probe, livenessProbe: probe }),
  );
  await k.pass(3);
  const [pod] = k.pods('web');
  assert.equal(pod?.status?.phase, 'Running');
  assert.equal(status(k, 'web').ready, true);
  assert.equal(status(k, 'web').restartCount, 0);
  const log = await k.call(`/api/v1/namespaces/shop/pods/${pod?.metadata.name}/log?container=web`);
  assert.equal(await log.text(), 'listening on :8080\n');
  const progressing = k.deployment('web').status?.conditions?.find(({ type }) => type === 'Progressing');
  assert.equal(progressing?.reason, 'NewReplicaSetAvailable');
});

void test('a limit below what the image needs is OOMKilled and backs off with growing waits', async (t) => {
  const k = await kit(t, { images: { 'reg.example/hog': { memoryNeeded: 128 * 2 ** 20 } } });
  k.world.apply(deployment('hog', { image: 'reg.example/hog:1', resources: { limits: { memory: '64Mi' } } }));
  k.world.apply(deployment('fed', { image: 'reg.example/hog:1', resources: { limits: { memory: '128Mi' } } }));
  const waits: string[] = [];
  for (let i = 0; i < 120; i++) {
    await k.pass(0.1);
    const { waiting } = k.pods('hog')[0]?.status?.containerStatuses?.[0]?.state ?? {};
    const wait =
      /^back-off (\w+) restarting failed container=hog pod=hog-\w+-\w{5}_shop\([0-9a-f-]{36}\)$/.exec(
        waiting?.message ?? '',
      )?.[1] ?? '';
    if (waiting?.reason === 'CrashLoopBackOff' && !waits.includes(wait)) waits.push(wait);
  }
  assert.deepEqual(waits, ['1s', '2s', '4s', '8s']);
  const { lastState, restartCount } = status(k, 'hog');
  assert.deepEqual([lastState.terminated?.reason, lastState.terminated?.exitCode], ['OOMKilled', 137]);
  assert.equal(restartCount, 4);
  assert.equal(status(k, 'fed').ready, true);
  assert.match(k.events('BackOff')[0]?.message ?? '', /^Back-off restarting failed container hog in pod hog-/);
});

void test('a tag that does not exist alternates between ErrImagePull and ImagePullBackOff with the detail', async (t) => {
  const k = await kit(t);
  k.world.apply(deployment('web', { image: 'reg.example/web:l' }));
  const seen = new Set<string>();
  for (let i = 0; i < 40; i++) {
    await k.pass(0.1);
    seen.add(k.pods('web')[0]?.status?.containerStatuses?.[0]?.state.waiting?.reason ?? '');
  }
  assert.ok(seen.has('ErrImagePull') && seen.has('ImagePullBackOff'));
  const { state } = status(k, 'web');
  assert.match(state.waiting?.message ?? '', /rpc error: code = NotFound desc = .* reg\.example\/web:l: not found$/);
  const log = await k.json(`/api/v1/namespaces/shop/pods/${k.pods('web')[0]?.metadata.name}/log`);
  assert.equal(log.code, 400);
  assert.match(log.body.message, /is waiting to start: (image can't be pulled|trying and failing to pull image)$/);
});

for (const [pullFails, words] of [
  ['unauthorized', /pull access denied, repository does not exist or may require authorization/],
  ['rate-limited', /429 Too Many Requests/],
  ['unreachable', /dial tcp: lookup reg\.example: no such host/],
] as const) {
  void test(`a pull that fails for being ${pullFails} says so`, async (t) => {
    const k = await kit(t, { images: { 'reg.example/shut': { pullFails } } });
    k.world.apply(deployment('shut', { image: 'reg.example/shut:1' }));
    await k.pass(2);
    assert.match(status(k, 'shut').state.waiting?.message ?? '', words);
  });
}

void test('an image reference that cannot be parsed is InvalidImageName', async (t) => {
  const k = await kit(t);
  k.world.apply(deployment('web', { image: 'reg.example/Web:1' }));
  await k.pass(1);
  const { waiting } = status(k, 'web').state;
  assert.equal(waiting?.reason, 'InvalidImageName');
  assert.match(
    waiting?.message ?? '',
    /^Failed to apply default image tag "reg\.example\/Web:1": couldn't parse image name/,
  );
});

const from = (ref: string, name: string, key: string) => ({
  env: [{ name: 'A', valueFrom: { [ref]: { name, key } } }],
});

void test('missing ConfigMaps, Secrets and keys are CreateContainerConfigError until they appear', async (t) => {
  const k = await kit(t);
  k.world.apply(object('Secret', 'mail', { stringData: { SMTP_PASSWORD: 'x' } }));
  k.world.apply(deployment('map', from('configMapKeyRef', 'settings', 'mode')));
  k.world.apply(deployment('secret', from('secretKeyRef', 'nope', 'k')));
  k.world.apply(deployment('key', from('secretKeyRef', 'mail', 'SMTP_PASWORD')));
  k.world.apply(deployment('from', { envFrom: [{ configMapRef: { name: 'settings' } }] }));
  await k.pass(3);
  const message = (app: string): string | undefined => status(k, app).state.waiting?.message;
  assert.equal(status(k, 'map').state.waiting?.reason, 'CreateContainerConfigError');
  assert.equal(message('map'), 'configmap "settings" not found');
  assert.equal(message('secret'), 'secret "nope" not found');
  assert.equal(message('key'), "couldn't find key SMTP_PASWORD in Secret shop/mail");
  assert.equal(message('from'), 'configmap "settings" not found');
  assert.ok(
    k
      .events('Failed')
      .some(({ message: text, count }) => text === 'Error: configmap "settings" not found' && count > 1),
  );
  k.world.apply(object('ConfigMap', 'settings', { data: { mode: 'live' } }));
  await k.pass(3);
  assert.equal(status(k, 'map').ready, true);
  assert.equal(status(k, 'from').ready, true);
});

void test('exit codes and log lines follow the script of the image', async (t) => {
  const images = {
    'reg.example/env': { requiresEnv: ['TOKEN'] },
    'reg.example/flag': { flags: ['--port'], log: ['flag 1.0 starting'] },
    'reg.example/done': { exit: 0 },
    'reg.example/late': { failsAfterSeconds: 2 },
    'reg.example/tool': { executables: ['sh'] },
  };
  const k = await kit(t, { images });
  k.world.apply(deployment('env', { image: 'reg.example/env:1' }));
  k.world.apply(deployment('flag', { image: 'reg.example/flag:1', args: ['--prot=1'] }));
  k.world.apply(deployment('good', { image: 'reg.example/flag:1', args: ['--port=1'] }));
  k.world.apply(deployment('done', { image: 'reg.example/done:1' }));
  k.world.apply(deployment('late', { image: 'reg.example/late:1' }));
  k.world.apply(deployment('cmd', { image: 'reg.example/tool:1', command: ['bash', '-c', 'x'] }));
  await k.pass(1);
  assert.equal(status(k, 'late').ready, true);
  await k.pass(6);
  const last = (app: string) => status(k, app).lastState.terminated ?? status(k, app).state.terminated;
  assert.equal(last('env')?.exitCode, 1);
  assert.deepEqual([last('flag')?.exitCode, last('flag')?.reason], [2, 'Error']);
  assert.deepEqual([last('done')?.exitCode, last('done')?.reason], [0, 'Completed']);
  assert.equal(last('late')?.exitCode, 1);
  assert.deepEqual([last('cmd')?.exitCode, last('cmd')?.reason], [128, 'StartError']);
  assert.equal(status(k, 'good').ready, true);
  const name = k.pods('flag')[0]?.metadata.name;
  const log = await k.call(`/api/v1/namespaces/shop/pods/${name}/log?container=flag&previous=true&tailLines=2`);
  assert.equal(await log.text(), 'Error: unknown flag: --prot\nUsage: flag --port=VALUE\n');
});

void test('probes fail for a wrong path, a wrong port and an unknown port name, each in its own words', async (t) => {
  const k = await kit(t);
  const ports = [{ name: 'http', containerPort: 8080 }];
  k.world.apply(deployment('path', { ports, livenessProbe: { httpGet: { path: '/health', port: 8080 } } }));
  k.world.apply(deployment('port', { ports, readinessProbe: { httpGet: { path: '/healthz', port: 9090 } } }));
  k.world.apply(deployment('tcp', { ports, readinessProbe: { tcpSocket: { port: 9090 } } }));
  k.world.apply(deployment('name', { ports, readinessProbe: { httpGet: { path: '/healthz', port: 'web' } } }));
  await k.pass(4);
  const unhealthy = k
    .events('Unhealthy')
    .map(({ object: name, message }) => `${name.split('/')[1]?.split('-')[0]}: ${message}`);
  assert.ok(unhealthy.includes('path: Liveness probe failed: HTTP probe failed with statuscode: 404'));
  assert.ok(
    unhealthy.some((line) =>
      /^port: Readiness probe failed: Get "http:\/\/[\d.]+:9090\/healthz": dial tcp [\d.]+:9090: connect: connection refused$/.test(
        line,
      ),
    ),
  );
  assert.ok(
    unhealthy.some((line) =>
      /^tcp: Readiness probe failed: dial tcp [\d.]+:9090: connect: connection refused$/.test(line),
    ),
  );
  assert.ok(unhealthy.some((line) => line.startsWith('name: Readiness probe errored')));
  assert.ok(status(k, 'path').restartCount > 0);
  assert.equal(k.events('Killing')[0]?.message, 'Container path failed liveness probe, will be restarted');
  assert.deepEqual([status(k, 'port').ready, status(k, 'port').restartCount], [false, 0]);
  const ready = k.pods('port')[0]?.status?.conditions?.find(({ type }) => type === 'Ready');
  assert.equal(ready?.message, 'containers with unready status: [port]');
});

void test('a slow start is killed by liveness but not behind a startup probe', async (t) => {
  const k = await kit(t, { images: { 'reg.example/slow': { ...WEB, startSeconds: 2.5 } } });
  const probe = { httpGet: { path: '/healthz', port: 8080 }, failureThreshold: 3 };
  k.world.apply(deployment('slow', { image: 'reg.example/slow:1', livenessProbe: probe }));
  k.world.apply(
    deployment('patient', {
      image: 'reg.example/slow:1',
      livenessProbe: probe,
      startupProbe: { ...probe, failureThreshold: 30 },
    }),
  );
  await k.pass(5);
  assert.ok(status(k, 'slow').restartCount > 0);
  assert.deepEqual([status(k, 'patient').restartCount, status(k, 'patient').ready], [0, true]);
});

void test('runAsNonRoot against an image that runs as root is refused in the words of the kubelet', async (t) => {
  const images = { 'reg.example/root': { user: 'root' }, 'reg.example/named': { user: 'named' } } as const;
  const k = await kit(t, { images });
  const securityContext = { runAsNonRoot: true };
  k.world.apply(deployment('root', { image: 'reg.example/root:1', securityContext }));
  k.world.apply(deployment('named', { image: 'reg.example/named:1' }, { securityContext }));
  k.world.apply(
    deployment('user', { image: 'reg.example/root:1', securityContext: { ...securityContext, runAsUser: 1000 } }),
  );
  await k.pass(2);
  assert.match(
    status(k, 'root').state.waiting?.message ?? '',
    /^container has runAsNonRoot and image will run as root \(pod: "root-\S+_shop\(\S+\)", container: root\)$/,
  );
  assert.match(status(k, 'named').state.waiting?.message ?? '', /non-numeric user/);
  assert.equal(status(k, 'user').ready, true);
});

const init = (memory: string) => ({
  initContainers: [
    { name: 'proxy', image: 'reg.example/web:1', restartPolicy: 'Always' },
    { name: 'migrate', image: 'reg.example/migrate:1', resources: { limits: { memory } } },
  ],
});

void test('init containers run in order, sidecars stay, and a failing one holds the pod', async (t) => {
  const images = { 'reg.example/migrate': { memoryNeeded: 100 * 2 ** 20, log: ['migrating'] } };
  const k = await kit(t, { images });
  k.world.apply(deployment('ok', {}, init('200Mi')));
  k.world.apply(deployment('bad', {}, init('24Mi')));
  await k.pass(4);
  const [good] = k.pods('ok');
  assert.equal(good?.status?.phase, 'Running');
  assert.deepEqual(
    good?.status?.initContainerStatuses?.map(({ name, ready, state }) => [name, ready, Object.keys(state)[0]]),
    [
      ['proxy', true, 'running'],
      ['migrate', true, 'terminated'],
    ],
  );
  const [bad] = k.pods('bad');
  assert.equal(bad?.status?.phase, 'Pending');
  const migrate = bad?.status?.initContainerStatuses?.find(({ name }) => name === 'migrate');
  assert.equal(migrate?.lastState.terminated?.reason, 'OOMKilled');
  assert.equal(bad?.status?.containerStatuses?.[0]?.state.waiting?.reason, 'PodInitializing');
  const initialized = bad?.status?.conditions?.find(({ type }) => type === 'Initialized');
  assert.deepEqual(
    [initialized?.reason, initialized?.message],
    ['ContainersNotInitialized', 'containers with incomplete status: [migrate]'],
  );
});

void test('a volume of a missing ConfigMap keeps the pod in ContainerCreating with FailedMount', async (t) => {
  const k = await kit(t);
  const pod = {
    volumes: [{ name: 'conf', configMap: { name: 'settings', items: [{ key: 'app.yaml', path: 'app.yaml' }] } }],
  };
  k.world.apply(deployment('vol', { volumeMounts: [{ name: 'conf', mountPath: '/etc/app' }] }, pod));
  await k.pass(2);
  assert.equal(status(k, 'vol').state.waiting?.reason, 'ContainerCreating');
  assert.equal(
    k.events('FailedMount')[0]?.message,
    'MountVolume.SetUp failed for volume "conf" : configmap "settings" not found',
  );
  k.world.apply(object('ConfigMap', 'settings', { data: { other: 'x' } }));
  await k.pass(2);
  assert.ok(
    k.events('FailedMount').some(({ message }) => message.endsWith('references non-existent config key: app.yaml')),
  );
  k.world.apply(object('ConfigMap', 'settings', { data: { 'app.yaml': 'x' } }));
  await k.pass(2);
  assert.equal(status(k, 'vol').ready, true);
});

void test('a script decides a run for what the fields cannot say', async (t) => {
  const images = {
    'reg.example/odd': {
      script: ({ env }: { env: Readonly<Record<string, string>> }) =>
        env.MODE === 'live' ? undefined : { code: 7, afterSeconds: 0, log: [`bad MODE ${env.MODE ?? ''}`] },
    },
  };
  const k = await kit(t, { images });
  k.world.apply(deployment('odd', { image: 'reg.example/odd:1', env: [{ name: 'MODE', value: 'lvie' }] }));
  await k.pass(3);
  assert.equal(status(k, 'odd').lastState.terminated?.exitCode, 7);
  k.world.apply(deployment('odd', { image: 'reg.example/odd:1', env: [{ name: 'MODE', value: 'live' }] }));
  await k.pass(5);
  assert.equal(k.pods('odd').length, 1);
  assert.equal(status(k, 'odd').ready, true);
});
