import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { after, before, test } from 'node:test';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import { createDryRun } from '../../../src/adapters/kubernetes/dry-run.ts';
import type { DryRun, DryRunAnswer } from '../../../src/ports/cluster.ts';
import { until } from '../scenarios/world.ts';
import type { Bench } from './support.ts';
import { quiet, serveTls, startBench } from './support.ts';

const NAMESPACE = 'bad-input-admission';
const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

let bench: Bench;
let dryRun: DryRun;

before(async () => {
  bench = startBench();
  const { admin } = bench.cluster;
  const labels = { 'bad-input': NAMESPACE };
  await admin.apply(`/api/v1/namespaces/${NAMESPACE}`, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAMESPACE, labels },
  });
  bench.later(() => admin.send('DELETE', `/api/v1/namespaces/${NAMESPACE}`));
  const connection = await connect({ env: {}, kubeconfig: bench.cluster.kubeconfig });
  assert.ok(connection.ok);
  bench.later(() => connection.value.close());
  dryRun = createDryRun(connection.value, { log: quiet });
});
after(() => bench.close());

/** A webhook that is asked about ConfigMaps of this test's namespace and nothing else. */
function configuration(name: string, url: string, sideEffects: string): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        admissionReviewVersions: ['v1'],
        sideEffects,
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        objectSelector: {},
        timeoutSeconds: 1,
        clientConfig: { url, caBundle: readFileSync(bench.cluster.ca).toString('base64') },
        namespaceSelector: { matchLabels: { 'bad-input': NAMESPACE } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['*'], scope: '*' }],
      },
    ],
  };
}

function ask(): Promise<DryRunAnswer> {
  const metadata = { name: 'settings', namespace: NAMESPACE };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { mode: 'fast' } };
  return dryRun.apply(object, { apiVersion: 'v1', kind: 'ConfigMap', ...metadata });
}

/** The first answer that is not `accepted`: a configuration takes effect some moments after it is stored. */
async function firstObjection(): Promise<Exclude<DryRunAnswer, { kind: 'accepted' }>> {
  return until('the webhook is asked', 30, async () => {
    const answer = await ask();
    return answer.kind === 'accepted' ? undefined : answer;
  });
}

async function webhook(name: string, url: string): Promise<void> {
  await bench.cluster.admin.apply(`${CONFIGURATIONS}/${name}`, configuration(name, url, 'None'));
  bench.later(() => remove(name));
}

async function remove(name: string): Promise<void> {
  await bench.cluster.admin.send('DELETE', `${CONFIGURATIONS}/${name}`);
  await until(`${name} is gone`, 30, async () => ((await ask()).kind === 'accepted' ? true : undefined));
}

async function play(name: string, listener: RequestListener | string, expected: RegExp): Promise<void> {
  const url = typeof listener === 'string' ? listener : `${await serveTls(bench, listener)}/validate`;
  await webhook(name, url);
  const answer = await firstObjection();
  assert.equal(answer.kind, 'unavailable', JSON.stringify(answer));
  assert.match(answer.kind === 'unavailable' ? answer.reason : '', expected);
  await remove(name);
}

test('a webhook that is down: nobody can say what the API server thinks of the object', () =>
  bench.row('webhook down, failurePolicy Fail', 'API server: unknown, with its name', () =>
    play('bad-input-down', 'https://127.0.0.1:1/validate', /bad-input-down\.example\.com.*connection refused/),
  ));

test('a webhook that does not answer in time', () =>
  bench.row('webhook times out', 'API server: unknown, with its name', () =>
    play('bad-input-slow', () => undefined, /bad-input-slow\.example\.com.*(?:deadline|timeout)/i),
  ));

test('a webhook that answers nonsense', () =>
  bench.row('webhook answers nonsense', 'API server: unknown, with its name', () =>
    play('bad-input-odd', (_, response) => response.end('<html>'), /bad-input-odd\.example\.com/),
  ));

test('a webhook that says no has judged the object: that is no outage', () =>
  bench.row('webhook denies', 'API server refuses, in its words', async () => {
    const url = await serveTls(bench, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { uid } = JSON.parse(Buffer.concat(chunks).toString('utf8')).request;
        const status = { code: 403, message: 'settings need an owner' };
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            apiVersion: 'admission.k8s.io/v1',
            kind: 'AdmissionReview',
            response: { uid, allowed: false, status },
          }),
        );
      });
    });
    await webhook('bad-input-denies', `${url}/validate`);
    const answer = await firstObjection();
    assert.deepEqual([answer.kind, answer.kind === 'refused' && answer.status], ['refused', 403]);
    assert.match(answer.kind === 'refused' ? answer.message : '', /bad-input-denies.*settings need an owner/);
    await remove('bad-input-denies');
  }));

/** The API takes no `sideEffects: Some` any more, but keeps what an older version stored: so it is put where that lies. */
async function store(name: string, object: object | undefined): Promise<void> {
  const { etcd } = bench.cluster;
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const key = base64(`/registry/validatingwebhookconfigurations/${name}`);
  const value = object === undefined ? {} : { value: base64(JSON.stringify(object)) };
  const verb = object === undefined ? 'deleterange' : 'put';
  const answer = await fetch(`${etcd}/v3/kv/${verb}`, { method: 'POST', body: JSON.stringify({ key, ...value }) });
  assert.equal(answer.status, 200, await answer.text());
}

test('a webhook with side effects cannot be dry-run: unknown, not refused', () =>
  bench.row('webhook with sideEffects: Some', 'API server: unknown, with its name', async () => {
    const name = 'bad-input-effects';
    const stored = configuration(name, 'https://127.0.0.1:1/validate', 'Some');
    const refused = await bench.cluster.admin.send('POST', CONFIGURATIONS, stored);
    assert.equal(refused.status, 422, 'if the API takes it again, this test can be simpler');
    await store(name, stored);
    bench.later(() => store(name, undefined));
    const answer = await firstObjection();
    assert.equal(answer.kind, 'unavailable', JSON.stringify(answer));
    assert.match(
      answer.kind === 'unavailable' ? answer.reason : '',
      /cannot be dry-run.*bad-input-effects\.example\.com.*does not support dry run/,
    );
    await store(name, undefined);
    await until('the webhook is gone', 30, async () => ((await ask()).kind === 'accepted' ? true : undefined));
  }));
