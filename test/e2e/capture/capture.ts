/**
 * Makes the fixtures `fixtures/detect/real-*` anew: deploys each input to a real cluster, waits, and keeps what
 * `remendo snapshot` reads. With a cluster that is kept running (`node test/e2e/run.ts --keep`):
 *   REMENDO_E2E_STATE=... node test/e2e/capture/capture.ts [CASE ...]
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { printItem } from '../../../src/adapters/snapshot/print-yaml.ts';
import { createSnapshotFolder } from '../../../src/adapters/snapshot/snapshot-folder.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { VERSIONS } from '../cluster/versions.ts';
import type { CaptureCase } from './cases.ts';
import { USUAL_SECONDS, captureCases } from './cases.ts';
import { startOtherNodes } from './other-nodes.ts';
import { objectsOf } from './reduce.ts';
import type { Hosts } from './registries.ts';
import { runtimeVersion, startRegistries } from './registries.ts';
import { scrub } from './scrub.ts';

// A kubelet runs 110 pods.
const TOGETHER = 45;
const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'main.ts');
const run = promisify(execFile);
const cluster = attachCluster();
const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
const kubectl = (...args: readonly string[]): Promise<{ stdout: string }> =>
  run(join(cluster.binaries, 'kubectl'), args, { env });

async function deploy(one: CaptureCase, text: string, hosts: Hosts): Promise<void> {
  const file = join(scratch, `${one.name}.yaml`);
  writeFileSync(
    file,
    hosts
      .reduce((said, [name, address]) => said.replaceAll(name, address), text)
      .replaceAll('NAMESPACE', one.namespace),
  );
  await kubectl('apply', '-n', one.namespace, '-f', file);
}

async function start(one: CaptureCase, hosts: Hosts): Promise<void> {
  const { namespace } = one;
  await kubectl('create', 'namespace', namespace);
  await kubectl('wait', '-n', namespace, '--for=create', 'serviceaccount/default', '--timeout=60s');
  await deploy(one, one.input, hosts);
  for (const { text, seconds } of one.steps) {
    if (seconds === undefined) await allReady(namespace);
    else await sleep(seconds * 1000);
    await deploy(one, text, hosts);
  }
}

async function allReady(namespace: string): Promise<void> {
  const { stdout } = await kubectl('get', '-n', namespace, 'deployments,statefulsets,daemonsets', '-o', 'name');
  for (const workload of stdout.trim().split('\n')) {
    await kubectl('rollout', 'status', '-n', namespace, workload, '--timeout=180s');
  }
}

/** What the shipped program sees of the whole cluster. */
async function take(): Promise<Parameters<typeof objectsOf>[0]> {
  const directory = mkdtempSync(join(scratch, 'taken-'));
  await run(process.execPath, [MAIN, 'snapshot', directory], { env, cwd: scratch });
  const read = await createSnapshotFolder({ directory, clock: createSystemClock() }).snapshot();
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

async function keep(cases: readonly CaptureCase[], hosts: Hosts): Promise<void> {
  const snapshot = await take();
  for (const { name, directory, namespace } of cases) {
    const machine = { namespace, takenAt: snapshot.takenAt, hosts, directory: cluster.directory };
    const objects = scrub(objectsOf(snapshot, namespace), machine);
    const from = `Kubernetes ${VERSIONS.kubernetes}, containerd ${containerd}`;
    const text = `# Captured from a real cluster: ${from}.\napiVersion: v1\nkind: List\nitems:\n${objects.map(printItem).join('')}`;
    mkdirSync(join(directory, 'cluster'), { recursive: true });
    writeFileSync(join(directory, 'cluster', 'objects.yaml'), text);
    console.log(`${name}: ${objects.length} objects`);
  }
}

async function clear(cases: readonly CaptureCase[]): Promise<void> {
  for (const { name, namespace } of cases) {
    await kubectl('delete', '-n', namespace, '-f', join(scratch, `${name}.yaml`), '--wait=false', '--ignore-not-found');
    await kubectl('delete', 'namespace', namespace, '--wait=false', '--ignore-not-found');
  }
  for (const { namespace } of cases) {
    await kubectl('wait', '--for=delete', `namespace/${namespace}`, '--timeout=180s').catch(() => undefined);
  }
}

/** Deploys all at once, and captures after the time that they ask for. */
async function batch(cases: readonly CaptureCase[], hosts: Hosts): Promise<void> {
  const lanes = [0, 1, 2].map(async (lane) => {
    for (const one of cases.filter((_, i) => i % 3 === lane)) {
      try {
        await start(one, hosts);
      } catch (error) {
        console.log(`${one.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  });
  await Promise.all(lanes);
  await sleep((cases[0]?.after ?? 0) * 1000);
  await keep(cases, hosts);
  await clear(cases);
}

const scratch = mkdtempSync(join(tmpdir(), 'remendo-capture-'));
const containerd = runtimeVersion();
const cases = captureCases(process.argv.slice(2));
const registries = await startRegistries(cluster);
const nodes = await startOtherNodes(cluster);
try {
  const usual = cases.filter(({ after }) => after === USUAL_SECONDS);
  const others = Map.groupBy(
    cases.filter(({ after }) => after !== USUAL_SECONDS),
    ({ after }) => after,
  );
  await Promise.all([
    ...[...others.values()].map((some) => batch(some, registries.hosts)),
    (async () => {
      for (let i = 0; i < usual.length; i += TOGETHER) await batch(usual.slice(i, i + TOGETHER), registries.hosts);
    })(),
  ]);
} finally {
  registries.close();
  await nodes.close();
  rmSync(scratch, { recursive: true, force: true });
}
