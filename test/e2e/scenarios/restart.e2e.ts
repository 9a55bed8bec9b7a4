import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import { watchOnce } from '../../../src/adapters/kubernetes/watch.ts';
import { KINDS } from '../../../src/domain/kubernetes/kinds.ts';
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

test('a restarted API server has forgotten what was before: a watch from there is expired', async () => {
  const connection = await connect({ env: {}, kubeconfig: world.cluster.kubeconfig });
  assert.ok(connection.ok);
  const signal = AbortSignal.timeout(15_000);
  const end = await watchOnce(connection.value, KINDS.Pod, { resourceVersion: '1', signal, opened() {}, event() {} });
  connection.value.close();
  assert.deepEqual(end, { kind: 'expired' });
});
