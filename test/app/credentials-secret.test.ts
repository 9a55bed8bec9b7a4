import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookAtSecret } from '../../src/app/credentials-secret.ts';
import { folder, json, kubeconfigFor, serve } from './doctor/support.ts';

const ENV = { REMENDO_CREDENTIALS_SECRET: 'ops/creds' };
const WHERE = { namespace: 'ops', name: 'creds' };

test('keys without values, nothing, and why it cannot be read', async (t) => {
  let answer: { readonly status: number; readonly body: object } = { status: 404, body: {} };
  const asked: string[] = [];
  const server = await serve(t, (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    json(response, answer.status, answer.body);
  });
  const kubeconfig = kubeconfigFor(folder(t), server);
  const look = () => lookAtSecret({ cluster: { kubeconfig } }, ENV);

  assert.deepEqual(await look(), { ...WHERE, found: 'nothing' });
  const metadata = { ...WHERE, uid: '1' };
  const data = { 'github-token': 'Z2hwX3NlY3JldA==', other: '' };
  answer = { status: 200, body: { apiVersion: 'v1', kind: 'Secret', metadata, data } };
  assert.deepEqual(await look(), { ...WHERE, found: 'keys', keys: ['github-token', 'other'] });
  answer = { status: 200, body: { apiVersion: 'v1', kind: 'Secret', metadata } };
  assert.deepEqual(await look(), { ...WHERE, found: 'keys', keys: [] });
  answer = { status: 403, body: { kind: 'Status', message: 'secrets "creds" is forbidden' } };
  assert.deepEqual(await look(), { ...WHERE, found: 'unread', reason: 'secrets "creds" is forbidden' });
  answer = { status: 200, body: { html: true } };
  assert.deepEqual(await look(), {
    ...WHERE,
    found: 'unread',
    reason: 'the answer is no Secret of an API server',
  });
  assert.deepEqual(new Set(asked), new Set(['GET /api/v1/namespaces/ops/secrets/creds']));
});

test('outside the chart there is no Secret to look at, and nothing is asked', async () => {
  assert.equal(await lookAtSecret({ cluster: {} }, {}), undefined);
  assert.equal(await lookAtSecret({ cluster: {} }, { REMENDO_CREDENTIALS_SECRET: 'creds' }), undefined);
});

test('a cluster that cannot be reached is a reason, not the end', async (t) => {
  const kubeconfig = kubeconfigFor(folder(t), 'http://127.0.0.1:1');
  const look = await lookAtSecret({ cluster: { kubeconfig } }, ENV);
  assert.equal(look?.found, 'unread');
  assert.match(look.reason, /cannot be reached/);
});
