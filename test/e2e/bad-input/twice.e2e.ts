import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startActionWorld } from '../../action/world.ts';
import { until } from '../scenarios/world.ts';
import type { Bench, Daemon } from './support.ts';
import { startBench } from './support.ts';

const NAMESPACE = 'bad-input-twice';
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/remendo`;

let bench: Bench;
before(async () => {
  bench = startBench();
  const { admin } = bench.cluster;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
  await admin.apply(`/api/v1/namespaces/${NAMESPACE}`, namespace);
  bench.later(() => admin.send('DELETE', `/api/v1/namespaces/${NAMESPACE}`));
});
after(() => bench.close());

const TURNED = join(import.meta.dirname, '..', '..', 'support', 'turned-clock.ts');

test('two with the same Lease and clocks hours apart: one works, the other says that it waits, and takes over', () =>
  bench.row(
    'installed twice, one Lease, clocks 4 h apart',
    'one works; the other waits, says so, takes over',
    async () => {
      const clocks = { first: 2 * 3600, second: -2 * 3600 };
      const daemons = Object.entries(clocks).map(([name, ahead]) => {
        const config = bench.config(name, {
          cluster: { name: 'e2e' },
          run: {
            interval: '1s',
            debounce: '1s',
            listen: '127.0.0.1:0',
            leaderElection: { namespace: NAMESPACE, name: 'remendo' },
          },
          state: { directory: join(bench.folder, name) },
        });
        const turned = { NODE_OPTIONS: `--import=${TURNED}`, TURNED_SECONDS: String(ahead) };
        return bench.daemon(['--config', config, 'run'], { KUBECONFIG: bench.cluster.kubeconfig, ...turned });
      });
      const logs = (): string => daemons.map((daemon) => daemon.log()).join('---\n');
      const working = (): readonly Daemon[] => daemons.filter((daemon) => daemon.passes() > 0);
      await until('one works', 180, async () => (working().length > 0 ? true : undefined), logs);
      const [leader] = working();
      const other = daemons.find((daemon) => daemon !== leader);
      assert.ok(leader && other);
      const waits = async (): Promise<true | undefined> =>
        other.log().includes('another one leads: this one waits') ? true : undefined;
      await until('the other says that it waits', 120, waits, logs);
      assert.equal(working().length, 1);
      const { spec } = await bench.cluster.admin.get(LEASE);
      assert.ok(other.log().includes(`"holder":"${spec.holderIdentity}"`), other.log());
      const passes = leader.passes();
      await until('it goes on', 120, async () => (leader.passes() > passes + 2 ? true : undefined), logs);
      assert.equal(other.passes(), 0, 'the other does nothing meanwhile');
      const taken = Date.parse(leader.last()?.scannedAt ?? '');
      assert.ok(Math.abs(taken - Date.now()) < 300_000, 'a pass is dated by the API server');
      assert.match(leader.log(), /"seconds":-?7[12]\d\d,.*the API server's clock is another: ages go by it/);
      await leader.stop();
      await until('the other takes over', 180, async () => (other.passes() > 0 ? true : undefined), logs);
      await other.stop();
    },
  ));

test('two without a Lease: the forge is the memory of both, and nothing is opened twice', () =>
  bench.row('installed twice, no Lease', 'one pull request', async () => {
    const world = await startActionWorld();
    bench.later(() => world.close());
    const host = new URL(world.env['GITHUB_SERVER_URL'] ?? '').host;
    const daemons = ['a', 'b', 'c'].map((name) => {
      const config = bench.config(name, {
        mode: 'propose',
        cluster: { name: 'test', kubeconfig: world.env['INPUT_KUBECONFIG'] },
        github: { host, apiUrl: `http://${host}/api/v3` },
        registry: { enabled: false },
        run: { interval: '1s', debounce: '1s' },
        state: { directory: join(bench.folder, `state-${name}`) },
      });
      return bench.daemon(['--config', config, 'run'], { GITHUB_TOKEN: world.github.bot.token });
    });
    const logs = (): string => daemons.map((daemon) => daemon.log()).join('---\n');
    const settled = async (): Promise<true | undefined> =>
      daemons.every((daemon) => daemon.last()?.incidents[0]?.decision.outcome === 'already-open') ? true : undefined;
    const seen = (): unknown => [daemons.map((daemon) => daemon.last()?.incidents[0]?.decision), logs()];
    await until('all of them see the pull request', 120, settled, seen);
    for (const daemon of daemons) await daemon.stop();
    const pulls = await world.github.pulls('shop', 'gitops');
    assert.equal(pulls.length, 1, JSON.stringify(pulls));
  }));
