import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePullRequestUrl, proveAgain } from '../../src/app/prove-again.ts';
import { HUNGRY, behaviours, deployment, memory } from '../support/shop-manifests.ts';
import { outcomeOf, passUntil, startWorld } from '../engine/world.ts';

void test('the proof of an open pull request runs again, and says so when the base has moved on', async (t) => {
  const world = await startWorld(t, {
    files: { orders: deployment('orders', memory('64Mi')) },
    behaviours: behaviours({ orders: HUNGRY }),
  });
  const app = await world.app();
  const report = await passUntil(app, (one) => outcomeOf(one, 'orders') === 'opened');
  const address = parsePullRequestUrl(report.incidents[0]?.pullRequest ?? '');
  assert.ok(address.ok);
  const proof = await proveAgain(app.ports, address.value);
  assert.ok(proof.ok, proof.ok ? '' : proof.error.message);
  assert.equal(proof.value.verdict, 'proven');

  await world.push({ orders: deployment('orders', memory('96Mi')) });
  const repository = await app.ports.git.open(world.repoURL);
  assert.ok(repository.ok && (await repository.value.refresh()).ok);
  const moved = await proveAgain(app.ports, address.value);
  assert.ok(!moved.ok);
  assert.ok(['test-failed', 'pull-request-outdated'].includes(moved.error.code), moved.error.code);

  const other = await proveAgain(app.ports, { repoURL: 'https://elsewhere.example/a/b', number: 1 });
  assert.ok(!other.ok);
  assert.equal(other.error.code, 'no-forge');
});

void test('a pull request is named by its web address', () => {
  const read = parsePullRequestUrl('https://github.com/acme/gitops/pull/7');
  assert.deepEqual(read.ok && read.value, { repoURL: 'https://github.com/acme/gitops', number: 7 });
  for (const text of ['7', 'https://github.com/acme/gitops', 'ftp://x/y/z/pull/1']) {
    assert.ok(!parsePullRequestUrl(text).ok, text);
  }
});
