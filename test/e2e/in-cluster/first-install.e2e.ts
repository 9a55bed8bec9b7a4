import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { DoctorOut } from '../../../src/app/doctor/line.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { uninstall } from '../cluster/install.ts';
import { buildImage, importImage } from '../image/image.ts';
import { removeNamespace } from '../install/world.ts';
import { until } from '../scenarios/until.ts';
import { noteResult } from '../table.ts';
import type { Pod, Release } from './release.ts';
import { prepareRelease } from './release.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const run = promisify(execFile);

/** What people meet when they install for the first time: a Secret that is not right, and manifests without Helm. */
let cluster: Cluster;
let release: Release;
before(async () => {
  cluster = attachCluster();
  // What other tests have left in the whole cluster under the names of the plain manifests.
  for (const part of ['dry-run', 'policy', 'reader'] as const) await uninstall(cluster, part);
  await removeNamespace(cluster, 'remendo');
  await importImage(cluster, await buildImage(cluster));
  const authorities = readFileSync(cluster.ca, 'utf8');
  release = await prepareRelease(cluster, { namespace: 'bot-keys', name: 'remendo', credentials: {}, authorities });
});
after(async () => {
  await release.remove();
  await removeNamespace(cluster, 'remendo');
});

async function scenario(name: string, result: string, play: () => Promise<void>): Promise<void> {
  const started = Date.now();
  const note = (text: string): void =>
    noteResult(cluster.directory, { scenario: name, seconds: (Date.now() - started) / 1000, result: text });
  try {
    await play();
    note(result);
  } catch (error) {
    note(`FAILED: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200)}`);
    throw error;
  }
}

async function kubectl(...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: cluster.directory, KUBECONFIG: cluster.kubeconfig };
  const options = { cwd: ROOT, env, timeout: 300_000, maxBuffer: 64 * 1024 ** 2 };
  return (await run(join(cluster.binaries, 'kubectl'), args, options)).stdout;
}

/** The chart in `propose` mode with an App, and the Secret `credentials` with these keys. */
async function installWith(data: Readonly<Record<string, string>>): Promise<void> {
  await replaceSecret(data);
  const values = {
    replicaCount: 1,
    config: { mode: 'propose', cluster: { name: 'e2e' }, github: { appId: 1 }, run: { interval: '5s' } },
    credentials: { existingSecret: 'credentials' },
  };
  // Nobody waits for pods that are not to become ready.
  await release.start(values);
}

async function replaceSecret(stringData: Readonly<Record<string, string>>): Promise<void> {
  const path = `/api/v1/namespaces/${release.namespace}/secrets`;
  await cluster.admin.send('DELETE', `${path}/credentials`);
  const metadata = { name: 'credentials', namespace: release.namespace };
  const { status } = await cluster.admin.send('POST', path, { apiVersion: 'v1', kind: 'Secret', metadata, stringData });
  assert.equal(status, 201);
}

/** What the pod says of itself in all three places, once it runs. */
async function complaint(says: string): Promise<{ readonly pod: Pod; readonly doctor: DoctorOut }> {
  const pod = await until(
    `a pod that says: ${says}`,
    120,
    async () => {
      const [found, ...more] = await release.pods();
      const log = found && more.length === 0 ? await release.kubectl('logs', found.name).catch(String) : '';
      return found?.ip !== undefined && log.includes(says) && (await ready(found)) !== undefined ? found : undefined;
    },
    () => release.lastWords(),
  );
  const answer = await ready(pod);
  assert.deepEqual([answer?.status, answer?.text], [503, `${says}\n`]);
  const first = (await release.kubectl('logs', pod.name)).split('\n')[0] ?? '';
  assert.ok(first.includes(says), `the first line of the log is ${first}`);
  // doctor ends with 1 where there is a problem.
  const command = ['exec', pod.name, '--', 'remendo', 'doctor', '--config', '/etc/remendo/remendo.yaml'];
  const said = await kubectl('-n', release.namespace, ...command, '--output', 'json').catch(spoken);
  return { pod, doctor: DoctorOut.parse(JSON.parse(said)) };
}

async function ready({ ip }: Pod): Promise<{ readonly status: number; readonly text: string } | undefined> {
  try {
    const answer = await fetch(`http://${ip}:8080/readyz`, { signal: AbortSignal.timeout(10_000) });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return undefined;
  }
}

/** What a command that ended with an error wrote to its output. */
function spoken(error: unknown): string {
  return typeof error === 'object' && error !== null && 'stdout' in error ? String(error.stdout) : String(error);
}

const problems = ({ lines }: DoctorOut): string =>
  lines.flatMap(({ result, detail, remedy }) => (result === 'problem' ? [`${detail} -> ${remedy}`] : [])).join('\n');

describe('the first install', { concurrency: 2 }, () => {
  test('a Secret whose keys are misspelt, then no key, then right', () =>
    scenario('wrong Secret keys, through the chart', 'told in log, readiness and doctor; mended', async () => {
      const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
        type: 'pkcs1',
        format: 'pem',
      });
      await installWith({ github_app_key: pem.toString() });
      const none =
        'mode is propose, but there is no credential for a forge: Secret bot-keys/credentials has the keys github_app_key, and not github-token, github-app-key or gitea-token';
      const first = await complaint(none);
      assert.match(
        problems(first.doctor),
        /rename github_app_key to github-app-key, then start the pods anew: kubectl/,
      );

      await replaceSecret({ 'github-app-key': 'LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkt' });
      await restart();
      const key =
        'REMENDO_GITHUB_APP_KEY (key github-app-key of Secret bot-keys/credentials) is no private key in PEM form';
      const second = await complaint(key);
      assert.ok(problems(second.doctor).includes(key), problems(second.doctor));

      await replaceSecret({ 'github-token': '' });
      await restart();
      const empty =
        'mode is propose, but there is no credential for a forge: key github-token of Secret bot-keys/credentials is empty';
      const third = await complaint(empty);
      assert.ok(problems(third.doctor).includes('key github-token of Secret bot-keys/credentials is empty'));

      for (const { pod } of [first, second, third]) assert.equal(pod.restarts, 0, 'it waits, and does not crash');
      // A token with a line feed at its end, as `echo` writes it, is one.
      await replaceSecret({ 'github-token': 'ghp_0123456789\n' });
      await restart();
      await release.kubectl('rollout', 'status', 'deployment/remendo', '--timeout=3m');
      const [pod] = await release.pods();
      assert.equal(pod?.restarts, 0);
      assert.doesNotMatch(await release.kubectl('logs', pod.name), /credential for a forge|white space|ghp_0123456789/);
    }));

  test('the plain manifests with one identity: applied, ready, and away again', () =>
    scenario('kubectl apply -k deploy', 'two pods are ready; nothing is left', async () => {
      const applied = await kubectl('apply', '-k', 'deploy');
      assert.match(applied, /^namespace\/remendo created$/m);
      await kubectl('-n', 'remendo', 'rollout', 'status', 'deployment/remendo', '--timeout=4m');
      const { status } = await cluster.admin.get('/apis/apps/v1/namespaces/remendo/deployments/remendo');
      assert.equal(status.readyReplicas, 2);
      const command = ['-n', 'remendo', 'exec', 'deployment/remendo', '--', 'remendo', 'doctor'];
      const said = await kubectl(...command, '--config', '/etc/remendo/remendo.yaml').catch(spoken);
      assert.match(said, /^✓ rights list: every kind/m);
      assert.match(said, /^✓ rights write: the identity cannot write/m);
      assert.match(said, /^\? dry-run/m);
      // Whether there is one is a matter of the tests before.
      const wrong = said.match(/^✗ .*$/gm) ?? [];
      assert.deepEqual(
        wrong.filter((line) => line !== '✗ argocd: there are no Applications'),
        [],
      );
      await kubectl('delete', '-k', 'deploy', '--wait', '--timeout=3m');
      assert.equal(await cluster.admin.get('/api/v1/namespaces/remendo'), undefined);
      const kinds = 'clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings';
      const left = (await kubectl('get', kinds, '--output=name')).split('\n').filter((name) => /\/remendo/.test(name));
      assert.deepEqual(left, []);
    }));
});

/** As docs/install.md says. */
async function restart(): Promise<void> {
  await release.kubectl('rollout', 'restart', 'deployment', '--selector', 'app.kubernetes.io/name=remendo');
}
