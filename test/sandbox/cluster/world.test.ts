import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import { createSandboxClock } from '../../../src/sandbox/clock.ts';
import { createObjectStore } from '../../../src/sandbox/cluster/store.ts';
import { deployment, kit } from './kit.ts';

void test('the kubeconfig is one that client-node takes', async (t) => {
  const k = await kit(t);
  const { url, token, kubeconfigText } = await k.world.listen();
  const config = new KubeConfig();
  config.loadFromString(kubeconfigText);
  assert.equal(config.getCurrentCluster()?.server, url);
  assert.equal(config.getCurrentUser()?.token, token);
});

void test('requests are logged, and a refused manifest is told in the words of the server', async (t) => {
  const k = await kit(t);
  await k.json('/version?x=1');
  assert.deepEqual(k.world.requests, ['GET /version?x=1']);
  assert.throws(
    () => k.world.apply(deployment('we_b')),
    /^Error: Deployment\.apps "we_b" is invalid: \[metadata\.name: Invalid value: "we_b": /,
  );
  assert.throws(() => k.world.apply({ apiVersion: 'x/v1', kind: 'Thing' }), /does not serve x\/v1 Thing/);
});

void test('a stopped world lets the process end', async () => {
  const root = join(import.meta.dirname, '../../../src/sandbox');
  const script = `
    import { createSandboxClock } from ${JSON.stringify(`${root}/clock.ts`)};
    import { createClusterWorld } from ${JSON.stringify(`${root}/cluster/world.ts`)};
    const clock = createSandboxClock({ speed: 5 });
    const world = createClusterWorld({ clock, namespaces: ['shop'] });
    const { url, token } = await world.listen();
    world.start();
    const response = await fetch(url + '/api/v1/pods?watch=true', { headers: { authorization: 'Bearer ' + token } });
    await clock.sleep(500);
    await world.stop();
    clock.stop();
    await response.text();
    console.log('ended');`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', script], {
    timeout: 20_000,
  });
  assert.equal(stdout, 'ended\n');
});

void test('a manual clock runs what falls due in order, waits for it, and sleeps wake with it', async () => {
  const clock = createSandboxClock({ manual: true, start: '2026-01-01T00:00:00Z' });
  const seen: string[] = [];
  clock.after(20, () => void seen.push(`b ${clock.now().getMilliseconds()}`));
  clock.after(10, async () => {
    await Promise.resolve();
    seen.push('a');
    clock.after(5, () => void seen.push('a2'));
  });
  clock.after(30, () => void seen.push('never')).cancel();
  const slept = clock.sleep(25).then(() => seen.push('slept'));
  await clock.advance(40);
  await slept;
  assert.deepEqual(seen, ['a', 'a2', 'b 20', 'slept']);
  assert.equal(clock.now().toISOString(), '2026-01-01T00:00:00.040Z');
  const abort = new AbortController();
  const waiting = clock.sleep(1_000_000, abort.signal);
  abort.abort();
  await waiting;
  await clock.sleep(1_000_000, abort.signal);
});

void test('a fast clock passes more sandbox time than real time', async () => {
  const clock = createSandboxClock({ speed: 1000, start: '2026-01-01T00:00:00Z' });
  await clock.sleep(10_000);
  assert.ok(clock.now().getTime() - Date.parse('2026-01-01T00:00:00Z') >= 9_000);
  clock.stop();
});

void test('the store counts generations of specs, not of status or labels, and tells of nothing where nothing changed', () => {
  const store = createObjectStore(createSandboxClock({ manual: true }));
  const events: string[] = [];
  store.subscribe(({ type, object }) => void events.push(`${type} ${object.metadata.generation ?? 0}`));
  const job = store.create({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'a', namespace: 'x' },
    spec: { n: 1 },
  });
  const status = store.update(job, (draft) => void (draft.status = { ok: 1 }));
  assert.equal(
    store.update(status, (draft) => void (draft.status = { ok: 1 })),
    status,
  );
  const spec = store.update(job, (draft) => void (draft.spec = { n: 2 }));
  store.delete(spec);
  assert.deepEqual(events, ['ADDED 1', 'MODIFIED 1', 'MODIFIED 2', 'DELETED 2']);
  assert.equal(job.spec instanceof Object && 'n' in job.spec && job.spec.n, 1);
  assert.equal(store.since(store.version(), 'Job')?.length, 0);
  store.forget();
  assert.equal(store.since(store.version() - 1, 'Job'), undefined);
});
