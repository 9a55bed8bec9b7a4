import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { noteResult } from '../table.ts';
import { deployment, lines } from './manifests.ts';
import type { World } from './world.ts';
import { incidentOf, startWorld, until } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
  await world.cluster.images.push('shop/orders', '2.0.1');
});
after(() => world.close());

test('out of memory: from the push to the learned pattern', async () => {
  const started = Date.now();
  const image = `${world.cluster.registry}/shop/orders:2.0.1`;
  const app = (limit: string): string =>
    deployment('orders', image, lines('env:', '- {name: ALLOCATE_MIB, value: "40"}', 'resources:', `  limits: {memory: ${limit}}  # measured in spring`));
  const team = await world.team('orders', { 'app/orders.yaml': app('32Mi') });
  await team.deploy();

  let last: unknown;
  const pull = await until('a pull request', 180, async () => {
    const report = await world.pass();
    last = incidentOf(report, 'orders');
    return (await team.pulls())[0];
  }, () => last);
  assert.match(pull.title, /memory to 64Mi/);

  await team.merge(pull.number);
  assert.equal(await team.file('app/orders.yaml'), app('64Mi'));
  const ended = await until('the end of the pull request', 180, async () => {
    await world.pass();
    const [now] = await team.pulls();
    return now?.labels.some((label) => label.startsWith('remendo/')) === true ? now : undefined;
  });
  assert.deepEqual(ended.labels.filter((label) => label.startsWith('remendo/')), ['remendo/verified']);
  const running = await team.get('/apis/apps/v1', 'deployments/orders');
  assert.equal(running.status.availableReplicas, 1);
  noteResult(world.cluster.directory, { scenario: 'out of memory', seconds: (Date.now() - started) / 1000, result: 'verified' });
});
