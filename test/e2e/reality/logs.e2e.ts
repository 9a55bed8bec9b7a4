import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { bodyText } from '../../../src/adapters/kubernetes/answer.ts';
import type { Connection } from '../../../src/adapters/kubernetes/connect.ts';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import { readPodLog } from '../../../src/adapters/kubernetes/pod-log.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { createSandboxClock } from '../../../src/sandbox/clock.ts';
import { createClusterWorld } from '../../../src/sandbox/cluster/world.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { until } from '../scenarios/world.ts';

/** Pods that really run, and the same pods in the sandbox, whose containers behave alike. */
const HOME = `logs-${Date.now().toString(36)}`;
const LINES = Array.from({ length: 6 }, (_, i) => `line ${i + 1} of a run`);
const cluster = attachCluster();
const clock = createSandboxClock({ manual: true });
const world = createClusterWorld({
  clock,
  namespaces: [HOME],
  behaviours: new Map([
    [`${cluster.registry}/logs/crash`, { log: LINES, exit: 3 }],
    [`${cluster.registry}/logs/stay`, { log: LINES }],
    [`${cluster.registry}/logs/none`, { tags: [] }],
  ]),
});
const directory = mkdtempSync(join(tmpdir(), 'remendo-e2e-logs-'));
let sides: readonly { readonly name: string; readonly connection: Connection }[] = [];

const pod = (name: string, tag: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: HOME },
  spec: { containers: [{ name: 'main', image: `${cluster.registry}/logs/${tag}:1` }] },
});
const PODS = [pod('crash', 'crash'), pod('stay', 'stay'), pod('none', 'none')];

before(async () => {
  const say = `for i in 1 2 3 4 5 6; do echo "line $i of a run"; done`;
  const shell = (script: string): readonly string[] => ['/bin/busybox', 'sh', '-c', script];
  await cluster.images.push('logs/crash', '1', { entrypoint: shell(`${say}; exit 3`) });
  await cluster.images.push('logs/stay', '1', { entrypoint: shell(`${say}; busybox sleep 99999`) });
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: HOME } };
  const home = `/api/v1/namespaces/${HOME}`;
  await cluster.admin.apply(home, namespace);
  await until('the ServiceAccount', 60, () => cluster.admin.get(`${home}/serviceaccounts/default`));
  world.start();
  for (const object of PODS) {
    const { name } = object['metadata'] as { name: string };
    await cluster.admin.apply(`${home}/pods/${name}`, object);
    world.apply(object);
  }
  for (let i = 0; i < 120; i++) await clock.advance(1000);
  // A second run, so that there is one before it; a pull that failed twice; a container that runs.
  await until('the crashing pod waits for its next run', 180, async () => {
    const status = (await cluster.admin.get(`${home}/pods/crash`))?.status?.containerStatuses?.[0];
    const waits = status?.state?.waiting?.reason === 'CrashLoopBackOff' && status.restartCount >= 1;
    return waits ? true : undefined;
  });
  await until('the pod with a missing image waits', 180, async () => {
    const status = (await cluster.admin.get(`${home}/pods/none`))?.status?.containerStatuses?.[0];
    return status?.state?.waiting?.reason === 'ImagePullBackOff' ? true : undefined;
  });
  await until('the other pod runs', 180, async () => {
    const status = (await cluster.admin.get(`${home}/pods/stay`))?.status?.containerStatuses?.[0];
    return status?.state?.running === undefined ? undefined : true;
  });
  const kubeconfig = join(directory, 'sandbox.kubeconfig');
  writeFileSync(kubeconfig, (await world.listen()).kubeconfigText, { mode: 0o600 });
  sides = await Promise.all(
    [
      ['real', cluster.kubeconfig],
      ['sandbox', kubeconfig],
    ].map(async ([name = '', file = '']) => {
      const connection = await connect({ env: {}, kubeconfig: file });
      assert.ok(connection.ok);
      return { name, connection: connection.value };
    }),
  );
});
after(async () => {
  for (const { connection } of sides) connection.close();
  await world.stop();
  clock.stop();
  rmSync(directory, { recursive: true });
  await cluster.admin.send('DELETE', `/api/v1/namespaces/${HOME}`);
});

/** Whether the run is the last or the one before it is chance of the moment: both say the same. */
const ASKED = {
  'the end of the last run': { pod: 'crash', previous: false, tailLines: 2 },
  'the end of the run before': { pod: 'crash', previous: true, tailLines: 2 },
  'more lines than there are': { pod: 'crash', previous: true, tailLines: 200 },
  'a container that runs': { pod: 'stay', previous: false, tailLines: 3 },
  'a run before the first': { pod: 'stay', previous: true, tailLines: 3 },
  'a container whose image is missing': { pod: 'none', previous: false, tailLines: 3 },
  'a run before, of a container whose image is missing': { pod: 'none', previous: true, tailLines: 3 },
} as const;

for (const [name, request] of Object.entries(ASKED)) {
  test(`log: ${name}`, async () => {
    const ask = async (index: number): Promise<unknown> => {
      const { connection } = sides[index] ?? assert.fail('no such side');
      const log = await readPodLog(connection, { namespace: HOME, container: 'main', ...request }, undefined);
      return log.ok ? log.value : log.error;
    };
    const sandbox = await ask(1);
    // Between two tries a real container is something else for a moment.
    for (let attempt = 0; attempt < 20 && !isDeepStrictEqual(await ask(0), sandbox); attempt++) await sleep(1000);
    assert.deepEqual(sandbox, await ask(0));
  });
}

test('a limit of bytes cuts the end off', async () => {
  const answers = await Promise.all(
    sides.map(async ({ connection }) => {
      const response = await connection.request({
        method: 'GET',
        path: `/api/v1/namespaces/${HOME}/pods/stay/log`,
        query: { container: 'main', tailLines: '2', limitBytes: '9' },
      });
      assert.ok(response.ok);
      return [response.value.status, await bodyText(response.value.body)];
    }),
  );
  assert.deepEqual(answers[0], [200, LINES[4]?.slice(0, 9)]);
  assert.deepEqual(answers[1], answers[0]);
});
