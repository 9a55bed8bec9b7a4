import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import { READER, install } from '../cluster/install.ts';
import { until } from '../scenarios/world.ts';
import type { Bench } from './support.ts';
import { startBench } from './support.ts';
import { wireTo } from './tcp-proxy.ts';

let bench: Bench;

before(async () => {
  bench = startBench();
  await install(bench.cluster, 'reader');
});
after(() => bench.close());

/** A token of the reader that ends with the Secret of this name. */
async function tokenBoundTo(secret: string): Promise<string> {
  const { admin } = bench.cluster;
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: secret, namespace: 'remendo' } };
  await admin.apply(`/api/v1/namespaces/remendo/secrets/${secret}`, object);
  bench.later(() => admin.send('DELETE', `/api/v1/namespaces/remendo/secrets/${secret}`));
  const boundObjectRef = { kind: 'Secret', apiVersion: 'v1', name: secret };
  const { status, body } = await admin.send('POST', `/api/v1/namespaces/remendo/serviceaccounts/${READER}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3600, boundObjectRef },
  });
  assert.equal(status, 201, JSON.stringify(body));
  return body.status.token;
}

const settings = { cluster: { name: 'e2e' }, run: { interval: '1s', debounce: '1s' } };

test('a token that is revoked and replaced while the daemon runs', () =>
  bench.row('token rotated under the daemon', 'says so, then goes on by itself', async () => {
    const wire = await wireTo(bench.cluster.server);
    bench.later(() => wire.close());
    const tokenFile = join(bench.folder, 'token');
    writeFileSync(tokenFile, await tokenBoundTo('bad-input-first'));
    const server = `https://127.0.0.1:${wire.port}`;
    const KUBECONFIG = bench.kubeconfig('rotated', { server, user: { tokenFile } });
    const state = { directory: join(bench.folder, 'state') };
    const daemon = bench.daemon(['--config', bench.config('rotated', { ...settings, state }), 'run'], { KUBECONFIG });
    await until('a pass', 120, async () => (daemon.passes() > 0 ? true : undefined), daemon.log);

    await bench.cluster.admin.send('DELETE', '/api/v1/namespaces/remendo/secrets/bad-input-first');
    const refused = async (): Promise<true | undefined> => {
      wire.cut();
      return /"no pass could be made"/.test(daemon.log()) ? true : undefined;
    };
    await until('the refusal', 180, refused, daemon.log);
    assert.match(daemon.log(), /does not accept the credentials .*although the token is not out of date/);
    assert.match(daemon.log(), /"hint":"[^"]*revoked/);
    assert.equal(daemon.exited(), false);

    const before = daemon.passes();
    writeFileSync(tokenFile, await tokenBoundTo('bad-input-second'));
    await until(
      'passes with the new token',
      180,
      async () => (daemon.passes() > before ? true : undefined),
      daemon.log,
    );
    const sighted = async (): Promise<true | undefined> => (daemon.last()?.blind.length === 0 ? true : undefined);
    await until('every kind is read again', 180, sighted, () => daemon.last()?.blind);
    await daemon.stop();
  }));

test('connections that break every two seconds: no storm of requests, and nothing is taken for gone', () =>
  bench.row('watches cut every 2 s', 'goes on; nothing blind, no storm', async () => {
    const wire = await wireTo(bench.cluster.server);
    bench.later(() => wire.close());
    const KUBECONFIG = bench.kubeconfig('cut', { server: `https://127.0.0.1:${wire.port}` });
    const state = { directory: join(bench.folder, 'state-cut') };
    const daemon = bench.daemon(['--config', bench.config('cut', { ...settings, state }), 'run'], { KUBECONFIG });
    await until('a pass', 120, async () => (daemon.passes() > 0 ? true : undefined), daemon.log);
    const made = wire.connections();
    const began = daemon.passes();
    const rounds = 8;
    for (let round = 0; round < rounds; round++) {
      wire.cut();
      await sleep(2000);
      assert.deepEqual(daemon.last()?.blind, [], 'a watch that breaks off leaves what was known');
    }
    const kinds = Object.keys(KINDS).length;
    const each = (wire.connections() - made) / kinds;
    assert.ok(each <= rounds * 1.5 + 2, `${each} connections for each kind in ${rounds} cuts`);
    assert.ok(daemon.passes() > began, daemon.log());
    assert.equal(daemon.exited(), false);

    wire.broken(true);
    wire.cut();
    const silent = wire.connections();
    await sleep(10_000);
    const tried = (wire.connections() - silent) / kinds;
    assert.ok(tried < 12, `${tried} attempts for each kind in 10 s`);
    wire.broken(false);
    const after = daemon.passes();
    await until(
      'passes when the wire is back',
      90,
      async () => (daemon.passes() > after ? true : undefined),
      daemon.log,
    );
    const sighted = async (): Promise<true | undefined> => (daemon.last()?.blind.length === 0 ? true : undefined);
    await until('every kind is read again', 180, sighted, () => daemon.last()?.blind);
    await daemon.stop();
  }));
