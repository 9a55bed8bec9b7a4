import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyAudit } from '../../src/adapters/audit/verify.ts';
import { HUNGRY, behaviours, deployment, memory } from '../support/shop-manifests.ts';
import { outcomeOf, passOf, passUntil, startWorld } from './world.ts';

void test('opened, merged, verified, learned; then recalled on another workload, from patterns rebuilt from the forge', async (t) => {
  const world = await startWorld(t, {
    files: { orders: deployment('orders', memory('64Mi')) },
    behaviours: behaviours({ orders: HUNGRY, invoices: HUNGRY }),
  });
  const app = await world.app();
  await passUntil(app, (report) => outcomeOf(report, 'orders') === 'opened');
  assert.equal((await world.pulls()).length, 1);
  await world.merge(1);
  await passUntil(app, (report) => outcomeOf(report, 'orders') === 'verified');
  const [pull] = await world.pulls();
  assert.ok(pull && pull.labels.includes('remendo/verified'));
  assert.equal(pull.comments.length, 1, 'one sticky comment');
  const [pattern] = app.ports.store.patterns();
  assert.deepEqual([pattern?.verified, pattern?.refuted, pattern?.cause], [1, 0, 'memory/oom-killed']);
  const audit = verifyAudit(join(world.directory, 'state', 'audit.jsonl'));
  assert.ok(audit.ok, JSON.stringify(audit));

  await app.close();
  rmSync(join(world.directory, 'state'), { recursive: true });
  await world.push({ invoices: deployment('invoices', memory('80Mi')) });
  const fresh = await world.app();
  const report = await passUntil(fresh, (one) => outcomeOf(one, 'invoices') === 'opened');
  const [rebuilt] = fresh.ports.store.patterns();
  assert.deepEqual([rebuilt?.id, rebuilt?.verified], [pattern?.id, 1]);
  const found = report.incidents.find(({ incident }) => incident.object.name === 'invoices');
  assert.equal(found?.chosen?.origin, 'pattern');
  assert.match((await world.pulls())[1]?.title ?? '', /160Mi/);
  assert.ok(existsSync(join(world.directory, 'state', 'store.sqlite')));
});

void test('with the store deleted between passes nothing is lost and nothing is done twice', async (t) => {
  const world = await startWorld(t, {
    files: { orders: deployment('orders', memory('64Mi')) },
    behaviours: behaviours({ orders: HUNGRY }),
  });
  const forgetful = async () => {
    rmSync(join(world.directory, 'state'), { recursive: true, force: true });
    return world.app();
  };
  await passUntil(await forgetful(), (report) => outcomeOf(report, 'orders') === 'opened');
  assert.match(outcomeOf(await passOf(await forgetful()), 'orders') ?? '', /^(already-open|updated)$/);
  await world.merge(1);
  const ends: unknown[] = [];
  while (!ends.includes('verified') && ends.length < 60)
    ends.push(outcomeOf(await passOf(await forgetful()), 'orders'));
  assert.ok(ends.includes('verified'), ends.join());
  const last = await passOf(await forgetful());
  assert.deepEqual([last.incidents.length, last.followed.length], [0, 0]);
  const pulls = await world.pulls();
  assert.deepEqual([pulls.length, pulls[0]?.comments.length], [1, 1]);
});

void test('two clusters on one repository: each follows its own pull requests', async (t) => {
  const world = await startWorld(t, {
    files: { orders: deployment('orders', memory('64Mi')) },
    behaviours: behaviours({ orders: HUNGRY }),
    config: { limits: { openPullRequests: 20, pullRequestsPerHour: 50, perWorkload: 5 } },
  });
  const one = await world.app();
  const other = await world.app({
    cluster: { ...world.configFile.cluster, name: 'other' },
    state: { directory: join(world.directory, 'other') },
  });
  await passUntil(one, (report) => outcomeOf(report, 'orders') === 'opened');
  assert.equal(outcomeOf(await passOf(other), 'orders'), 'already-open', 'the very edit is one pull request');
  assert.equal((await world.pulls()).length, 1);
  await world.merge(1);
  const report = await passOf(other);
  assert.deepEqual(report.followed, [], 'it is the other cluster’s to follow');
  await passUntil(one, (seen) => seen.followed.some(({ decision }) => decision.outcome === 'verified'));
});
