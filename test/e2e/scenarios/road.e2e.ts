import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PullView } from './hosts/host.ts';
import { deployment, lines } from './manifests.ts';
import type { World } from './world.ts';
import { endOf, incidentOf, startWorld, until } from './world.ts';

/** The whole road on the real Gitea and on the simulator of GitHub: pass by pass, as a schedule without a daemon runs it. */
describe('out of memory, pass by pass: from the push to the learned pattern', { concurrency: 2 }, () => {
  for (const host of ['gitea', 'github'] as const) {
    test(`on ${host}`, async () => {
      const world = await startWorld({ host });
      try {
        await world.scenario(`out of memory, one \`run --once\` after another, on ${host}`, 'verified', () =>
          walk(world, `orders-${host}`),
        );
      } finally {
        await world.close();
      }
    });
  }
});

async function walk(world: World, name: string): Promise<void> {
  await world.cluster.images.push('shop/orders', '2.0.1');
  const image = `${world.cluster.registry}/shop/orders:2.0.1`;
  const memory = (limit: string): string =>
    lines(
      'env:',
      '- {name: ALLOCATE_MIB, value: "40"}',
      'resources:',
      `  limits: {memory: ${limit}}  # measured in spring`,
    );
  const app = (limit: string): string => deployment('orders', image, memory(limit));
  const team = await world.team(name, { 'app/orders.yaml': app('32Mi') }, { private: true });
  await team.deploy();

  const seen = (): unknown => incidentOf(world.last(), team.name);
  const look = async (): Promise<PullView | undefined> => {
    await world.pass();
    return (await team.pulls())[0];
  };
  const opened = await until('a pull request', 400, look, seen);
  assert.match(opened.title, /memory to 64Mi/);

  await team.merge(opened.number, 'squash');
  assert.equal(await team.file('app/orders.yaml'), app('64Mi'));
  const ended = await until(
    'the end of the pull request',
    400,
    async () => {
      const now = await look();
      return now && endOf(now);
    },
    seen,
  );
  assert.equal(ended, 'verified');
  const running = await team.get('/apis/apps/v1', 'deployments/orders');
  assert.equal(running.status.availableReplicas, 1);
}
