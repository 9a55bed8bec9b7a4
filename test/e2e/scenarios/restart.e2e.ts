import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { crashAndRestart } from '../cluster/processes.ts';
import { deployment, lines } from './manifests.ts';
import type { World } from './world.ts';
import { endOf, incidentOf, startWorld, until } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
  await world.cluster.images.push('shop/app', '1');
});
after(() => world.close());

test('API server, Argo CD and Remendo are killed in the middle: nothing is lost, nothing is done twice', () =>
  world.scenario('everything restarted in the middle', 'verified, one pull request', async () => {
    const { cluster } = world;
    const container = lines('env: [{name: ALLOCATE_MIB, value: "40"}]', 'resources: {limits: {memory: 32Mi}}');
    const team = await world.team('parcels', {
      'app/parcels.yaml': deployment('parcels', `${cluster.registry}/shop/app:1`, container),
    });
    await team.deploy();
    world.watch();
    const seen = (): unknown => incidentOf(world.last(), 'parcels');
    const pull = await until('a pull request', 200, async () => (await team.pulls())[0], seen);

    await Promise.all([
      world.crash(),
      ...['kube-apiserver', 'argocd-application-controller', 'argocd-repo-server'].map((name) =>
        crashAndRestart(cluster.directory, name),
      ),
    ]);
    world.watch();
    await team.merge(pull.number);
    const ended = await until(
      'the end',
      240,
      async () => {
        const [now] = await team.pulls();
        return now && endOf(now);
      },
      seen,
    );
    assert.equal(ended, 'verified');
    assert.equal((await team.pulls()).length, 1);
  }));
