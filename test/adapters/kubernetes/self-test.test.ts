import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { onlyWhereProven, proveReadOnly } from '../../../src/adapters/kubernetes/self-test.ts';
import { HarmfulRequest, assertHarmless } from '../../../src/adapters/kubernetes/transport.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { DryRun } from '../../../src/ports/cluster.ts';
import type { ApiServer, Handler } from './support.ts';
import { connected, failure, quiet, send, startApi } from './support.ts';

const servers: ApiServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

const DENIAL =
  "configmaps \"kube-root-ca.crt\" is forbidden: ValidatingAdmissionPolicy 'remendo-read-only' with binding 'remendo-read-only' denied request: Remendo may only dry-run";
const ACCEPTED = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'kube-root-ca.crt' } };

/** A clock that only moves when something waits. */
function patient(): Clock & { waited: number } {
  let time = 0;
  const clock = {
    waited: 0,
    now: () => new Date(time),
    async sleep(milliseconds: number) {
      time += milliseconds;
      clock.waited++;
    },
  };
  return clock;
}

async function server(handler: Handler): Promise<ApiServer> {
  const started = await startApi(handler);
  servers.push(started);
  return started;
}

const policy: Handler = ({ query }, response) =>
  query.get('dryRun') === 'All'
    ? send(response, 200, ACCEPTED)
    : send(response, 403, failure(403, 'Forbidden', DENIAL));

test('proven: the real write is denied by the policy, the dry-run passes', async () => {
  const api = await server(policy);
  assert.deepEqual(await proveReadOnly(await connected(api.url), patient()), { proven: true });
  const sent = api.asked.map(({ method, path, query, body, headers }) => [
    method,
    path,
    query.toString(),
    body,
    headers['content-type'],
  ]);
  const path = '/api/v1/namespaces/default/configmaps/kube-root-ca.crt';
  assert.deepEqual(sent, [
    ['PATCH', path, '', '{}', 'application/merge-patch+json'],
    ['PATCH', path, 'dryRun=All', '{}', 'application/merge-patch+json'],
  ]);
});

test('a binding that becomes active in a moment is waited for', async () => {
  let asked = 0;
  const api = await server((one, response) => (++asked <= 2 ? send(response, 200, ACCEPTED) : policy(one, response)));
  const clock = patient();
  assert.equal((await proveReadOnly(await connected(api.url), clock)).proven, true);
  assert.equal(clock.waited, 2);
});

test('everything else proves nothing', async () => {
  for (const [handler, reason] of [
    [(_, response) => send(response, 200, ACCEPTED), /not installed/],
    [
      (_, response) =>
        send(
          response,
          403,
          failure(
            403,
            'Forbidden',
            'configmaps "kube-root-ca.crt" is forbidden: User "u" cannot patch resource "configmaps"',
          ),
        ),
      /may not dry-run.*cannot patch/,
    ],
    [
      (_, response) =>
        send(
          response,
          403,
          failure(
            403,
            'Forbidden',
            "ValidatingAdmissionPolicy 'ca' with binding 'ca' denied request: hands off certificates",
          ),
        ),
      /hands off/,
    ],
    [(_, response) => send(response, 403, failure(403, 'Forbidden', DENIAL)), /denies dry-runs too/],
    [(_, response) => send(response, 500, 'boom'), /boom/],
    [(_, response) => response.destroy(), /cannot be reached/],
  ] as const satisfies readonly (readonly [Handler, RegExp])[]) {
    const api = await server(handler);
    const proof = await proveReadOnly(await connected(api.url), patient());
    assert.match(proof.proven ? 'proven' : proof.reason, reason);
  }
});

test('dry-runs are off until they are proven harmless, and on as soon as they are', async () => {
  let installed = false;
  const api = await server((one, response) => (installed ? policy(one, response) : send(response, 200, ACCEPTED)));
  const connection = await connected(api.url);
  let asked = 0;
  const ask = async () => {
    asked++;
    return { kind: 'accepted', object: {}, warnings: [] } as const;
  };
  const inner: DryRun = { apply: ask, create: ask };
  const clock = patient();
  const dryRun = onlyWhereProven(inner, connection, clock, quiet);
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'probe' };
  const [first, second] = await Promise.all([dryRun.apply({}, ref), dryRun.create({}, ref)]);
  assert.match(first.kind === 'unavailable' ? first.reason : '', /^dry-runs are off: a write was not denied/);
  assert.deepEqual(second, first);
  assert.equal(api.asked.length, 4, 'one self-test for both');
  installed = true;
  assert.equal((await dryRun.apply({}, ref)).kind, 'unavailable', 'the answer is kept for a minute');
  await clock.sleep(61_000);
  assert.equal((await dryRun.apply({}, ref)).kind, 'accepted');
  assert.equal((await dryRun.create({}, ref)).kind, 'accepted');
  assert.equal(asked, 2);
});

test('the one write that may leave changes nothing', () => {
  const path = '/api/v1/namespaces/default/configmaps/kube-root-ca.crt';
  assertHarmless('PATCH', path, new URLSearchParams(), '{}');
  for (const [method, where, query, body] of [
    ['PATCH', path, '', '{"data":{}}'],
    ['PATCH', path, '', undefined],
    ['PATCH', path, 'dryRun=None', '{}'],
    ['PUT', path, '', '{}'],
    ['DELETE', path, '', '{}'],
    ['PATCH', '/api/v1/namespaces/default/configmaps/other', '', '{}'],
    ['PATCH', `${path}/status`, '', '{}'],
  ] as const) {
    const send = (): void => assertHarmless(method, where, new URLSearchParams(query), body);
    assert.throws(send, HarmfulRequest, `${method} ${where} ${body}`);
  }
});
