import assert from 'node:assert/strict';
import { connect as connectTo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import { watchOnce } from '../../../src/adapters/kubernetes/watch.ts';
import { KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import { crash, createProcesses } from '../cluster/processes.ts';
import type { PullView } from './hosts/host.ts';
import { deployment, lines } from './manifests.ts';
import type { World } from './world.ts';
import { endOf, incidentOf, startWorld, until } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
  await world.cluster.images.push('shop/app', '1');
});
after(() => world.close());

/** In the order in which they are started again; what is not named here goes on: the registry, and the pods. */
const EVERYTHING = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'containerd',
  'kubelet',
  'redis',
  'argocd-repo-server',
  'argocd-application-controller',
  'gitea',
];

test('cluster, Argo CD, Git host and Remendo are killed in the middle: nothing is lost, nothing is done twice', () =>
  world.scenario('everything killed and restarted in the middle', 'verified, one pull request', async () => {
    const { cluster } = world;
    const container = lines('env: [{name: ALLOCATE_MIB, value: "40"}]', 'resources: {limits: {memory: 32Mi}}');
    const team = await world.team('parcels', {
      'app/parcels.yaml': deployment('parcels', `${cluster.registry}/shop/app:1`, container),
    });
    await team.deploy();
    world.watch();
    let pulls: readonly PullView[] = [];
    const seen = async (): Promise<unknown> => {
      const pods = await team.get('/api/v1', 'pods').catch(String);
      const incident = incidentOf(world.last(), 'parcels');
      return { comments: words(pulls[0]), incident: incident?.decision, pods: pods?.items?.map(podLine) ?? pods };
    };
    const newest = async (): Promise<PullView | undefined> => {
      pulls = await team.pulls();
      return pulls[0];
    };
    const pull = await until('a pull request', 400, newest, seen);

    const [, start] = await Promise.all([world.crash(), crash(cluster.directory, EVERYTHING)]);
    // Nothing of what it needs is there yet.
    world.watch();
    const killed = Date.now();
    const processes = createProcesses(cluster.directory);
    for (const name of EVERYTHING) {
      const ready = READY[name] ?? (() => Promise.resolve(true));
      // What ends at its start is started again, as systemd would.
      const attempt = (): Promise<void> => processes.waitFor(start(name), ready, 300);
      await attempt().catch(attempt);
    }
    await until('the node is back', 300, async () => heartbeat(await cluster.admin.get(NODE), killed), seen);
    await until('Gitea is back', 300, () => newest().catch(() => undefined), seen);
    await team.merge(pull.number, 'merge');

    // Once more, between the merge and the end.
    const [, again] = await Promise.all([world.crash(), crash(cluster.directory, ['gitea'])]);
    world.watch();
    again('gitea');
    const ended = await until(
      'the end',
      400,
      async () => {
        const now = await newest().catch(() => undefined);
        return now && endOf(now);
      },
      seen,
    );
    assert.equal(ended, 'verified', JSON.stringify(await seen()));
    assert.equal(pulls.length, 1);
    assert.deepEqual(duplicates(pulls[0]), []);
  }));

/** What others give up without when they start. */
const READY: Readonly<Record<string, () => Promise<boolean>>> = {
  'kube-apiserver': async () => (await world.cluster.admin.send('GET', '/readyz')).status === 200,
  containerd: () => accepts(join(world.cluster.directory, 'containerd.sock')),
};

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTo(path);
    socket.on('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

const NODE = '/api/v1/nodes/node-1';

/** True where kubelet has said that the node is ready, after a moment. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever the server sends
function heartbeat(node: any, after: number): true | undefined {
  // oxlint-disable-next-line typescript/no-explicit-any -- see above
  const ready = node?.status?.conditions?.find(({ type }: any) => type === 'Ready');
  return ready?.status === 'True' && Date.parse(ready.lastHeartbeatTime) > after ? true : undefined;
}

const words = (pull: PullView | undefined): string => (pull?.comments ?? []).map(({ body }) => body).join('\n');

// oxlint-disable-next-line typescript/no-explicit-any -- whatever the server sends
function podLine({ metadata, status }: any): unknown {
  return {
    name: metadata.name,
    deletion: metadata.deletionTimestamp,
    phase: status.phase,
    of: status.containerStatuses,
  };
}

/** Comments that say the same twice. */
function duplicates(pull: PullView | undefined): readonly string[] {
  const bodies = (pull?.comments ?? []).map(({ body }) => body);
  return bodies.filter((body, index) => bodies.indexOf(body) !== index);
}

test('a restarted API server has forgotten what was before: a watch from there is expired', async () => {
  const connection = await connect({ env: {}, kubeconfig: world.cluster.kubeconfig });
  assert.ok(connection.ok);
  const signal = AbortSignal.timeout(60_000);
  const end = await watchOnce(connection.value, KINDS.Pod, { resourceVersion: '1', signal, opened() {}, event() {} });
  connection.value.close();
  assert.deepEqual(end, { kind: 'expired' });
});
