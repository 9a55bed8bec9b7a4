import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PullView } from '../../../src/sandbox/github/api.ts';
import { deployment, lines } from './manifests.ts';
import type { World } from './world.ts';
import { endOf, incidentOf, startWorld, until } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
  await world.cluster.images.push('shop/orders', '2.0.1');
});
after(() => world.close());

test('out of memory, pass by pass: from the push to the learned pattern', () =>
  world.scenario('out of memory, one `run --once` after another', 'verified', async () => {
    const image = `${world.cluster.registry}/shop/orders:2.0.1`;
    const app = (limit: string): string =>
      deployment(
        'orders',
        image,
        lines(
          'env:',
          '- {name: ALLOCATE_MIB, value: "40"}',
          'resources:',
          `  limits: {memory: ${limit}}  # measured in spring`,
        ),
      );
    const team = await world.team('orders', { 'app/orders.yaml': app('32Mi') });
    await team.deploy();

    const seen = (): unknown => incidentOf(world.last(), 'orders');
    const look = async (): Promise<PullView | undefined> => {
      await world.pass();
      return (await team.pulls())[0];
    };
    const opened = await until('a pull request', 180, look, seen);
    assert.match(opened.title, /memory to 64Mi/);

    await team.merge(opened.number);
    assert.equal(await team.file('app/orders.yaml'), app('64Mi'));
    const ended = await until(
      'the end of the pull request',
      180,
      async () => {
        const now = await look();
        return now && endOf(now);
      },
      seen,
    );
    assert.equal(ended, 'verified');
    const running = await team.get('/apis/apps/v1', 'deployments/orders');
    assert.equal(running.status.availableReplicas, 1);
  }));
