import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { uninstall } from '../cluster/install.ts';
import { buildImage, importImage } from '../image/image.ts';
import { until } from '../scenarios/world.ts';
import { noteResult } from '../table.ts';
import { commandsOf } from './commands.ts';
import type { InstallWorld, Said } from './world.ts';
import { startInstallWorld } from './world.ts';

let world: InstallWorld;
let log: string;
before(async () => {
  world = await startInstallWorld();
  // What other tests have left in the whole cluster under the chart's names.
  for (const part of ['dry-run', 'policy', 'reader'] as const) await uninstall(world.cluster, part);
  log = join(world.cluster.directory, 'report-install.log');
});
after(() => world.close());

interface Step {
  /** How the command begins, in the words of the document. */
  readonly command: string;
  /** What stands in for it or in it: the one thing that differs from what a reader does. */
  readonly as?: (command: string) => string | (() => Promise<Said>);
  /** Exit status that the document promises; 0 where absent. */
  readonly status?: number;
  /** Asked again until the status is right: a failure has to last before it counts. */
  readonly patient?: boolean;
  readonly promises?: (said: Said) => Promise<void> | void;
}

const REGISTRY = 'REGISTRY/remendo';
const mine = (command: string): string => command.replaceAll(REGISTRY, `${world.cluster.registry}/remendo`);
const built = (): Promise<Said> => Promise.resolve({ status: 0, out: 'by the tier' });

/** Every command of docs/install.md, in its order. */
const STEPS: readonly Step[] = [
  { command: 'npm ci' },
  {
    command: 'npx remendo doctor',
    // An administrator may write.
    status: 1,
    promises: ({ out }) => {
      assert.match(out, /^✓ cluster: \S+ at https:/m);
      assert.match(out, /^✓ rights list: every kind/m);
      assert.match(out, /^✗ rights write: the identity may delete deployments/m);
      assert.match(out, /^✓ argocd: \d+ Applications? in argocd/m);
      assert.match(out, /^✓ repository https:.*install\.git: fetched; main/m);
      assert.match(out, /^\? forge: could not check: there is no credential/m);
      assert.match(out, /^1 problem, \d+ could not be checked$/m);
    },
  },
  {
    command: 'npx remendo init',
    promises: ({ out }) => {
      assert.match(out, /wrote remendo\.yaml; next: remendo doctor, then remendo scan/);
      const written = readFileSync(join(world.clone, 'remendo.yaml'), 'utf8');
      assert.match(written, /^mode: observe$/m);
      assert.ok(written.includes(world.forge.repoURL), written);
    },
  },
  {
    command: 'npx remendo scan',
    status: 3,
    patient: true,
    promises: async ({ out }) => {
      assert.match(out, /Deployment install\/install/);
      assert.match(out, /\+ .*memory: 64Mi/);
      assert.equal((await world.pulls()).length, 0);
    },
  },
  {
    command: 'docker build',
    as: () => async () => {
      const reference = `${world.cluster.registry}/remendo:0.1.0`;
      await importImage(world.cluster, await buildImage(world.cluster), reference);
      return built();
    },
  },
  { command: 'docker push', as: () => built },
  { command: 'kubectl create namespace remendo' },
  { command: 'kubectl label namespace remendo' },
  { command: 'kubectl -n remendo create secret generic', promises: () => authorities() },
  {
    command: 'helm install remendo charts/remendo',
    as: (command) => `${mine(command).replace('12345', String(world.appId))} ${here()}`,
    promises: async ({ out }) => {
      assert.match(out, /runs in mode observe/);
      const wrong = await world.shell('helm template remendo charts/remendo --set config.modus=observe');
      assert.notEqual(wrong.status, 0);
      assert.match(wrong.out, /modus/);
    },
  },
  { command: 'kubectl -n remendo rollout status', promises: twoPodsAreReady },
  { command: 'kubectl -n remendo exec deployment/remendo -- remendo doctor', promises: nothingIsWrong },
  {
    command: 'kubectl -n remendo logs --selector',
    promises: async ({ out }) => {
      assert.match(out, /would-open/);
      assert.deepEqual(await world.pulls(), []);
    },
  },
  { command: 'helm upgrade remendo charts/remendo' },
  {
    command: 'kubectl -n remendo rollout status',
    promises: async () => {
      const pull = await until('a pull request', 240, async () => (await world.pulls())[0]);
      assert.match(pull.title, /memory to 64Mi/);
    },
  },
  { command: 'helm uninstall remendo', promises: nothingIsLeft },
  { command: 'mkdir my-remendo' },
  { command: 'cat > my-remendo/kustomization.yaml', as: mine },
  { command: 'kubectl apply -k my-remendo' },
  { command: 'kubectl -n remendo rollout status', promises: twoPodsAreReady },
  {
    command: 'kubectl -n remendo exec deployment/remendo -- remendo doctor',
    // The forge and its certificate are not in the plain manifests' configuration.
    status: 1,
    promises: ({ out }) => {
      assert.match(out, /^✓ rights write: the identity cannot write/m);
      assert.match(out, /^✓ dry-run \S+: the API server checks edits in dry runs/m);
    },
  },
  {
    command: 'kubectl delete -k my-remendo',
    promises: async () => {
      assert.equal(await world.cluster.admin.get('/api/v1/namespaces/remendo'), undefined);
      assert.deepEqual(await clusterWide(), []);
    },
  },
];

test('docs/install.md, followed word by word from a fresh clone', async () => {
  const started = Date.now();
  const note = (result: string): void =>
    noteResult(world.cluster.directory, {
      scenario: 'docs/install.md, word by word',
      seconds: (Date.now() - started) / 1000,
      result,
    });
  try {
    const commands = commandsOf(readFileSync(join(world.clone, 'docs', 'install.md'), 'utf8'));
    assert.deepEqual(
      commands.map((command, index) => command.startsWith(STEPS[index]?.command ?? '\n') || command),
      STEPS.map(() => true),
    );
    writeFileSync(join(world.clone, 'app.pem'), world.key);
    for (const [index, command] of commands.entries()) {
      const step = STEPS[index];
      if (step) await follow(command, step);
    }
    note(`${commands.length} commands, each as it says`);
  } catch (error) {
    note(`FAILED: ${String(error instanceof Error ? error.message : error).split('\n')[0]}`);
    throw error;
  }
});

async function follow(command: string, { as, status = 0, patient = false, promises }: Step): Promise<void> {
  const real = as?.(command) ?? command;
  const once = (): Promise<Said> => (typeof real === 'string' ? world.shell(real) : real());
  const end = Date.now() + (patient ? 300_000 : 0);
  let said = await once();
  while (said.status !== status && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 5000));
    said = await once();
  }
  const shown = typeof real === 'string' && real !== command ? `${command}\n  (run as: ${real})` : command;
  appendFileSync(log, `$ ${shown}\n${said.out.trim()}\n[${said.status}]\n\n`);
  assert.equal(said.status, status, `${command}\n${said.out.slice(-4000)}`);
  await promises?.(said);
}

/** What a company with a GitHub of its own adds (docs/install.md, "Certificates of your own"). */
function here(): string {
  const { host, apiUrl } = world.forge;
  return `--set config.github.host=${host} --set config.github.apiUrl=${apiUrl} --set caBundle.configMap=authorities`;
}

async function authorities(): Promise<void> {
  const file = world.cluster.ca;
  const made = await world.shell(`kubectl -n remendo create configmap authorities --from-file=ca.crt=${file}`);
  assert.equal(made.status, 0, made.out);
}

async function twoPodsAreReady(): Promise<void> {
  const { status } = await world.cluster.admin.get('/apis/apps/v1/namespaces/remendo/deployments/remendo');
  assert.equal(status.readyReplicas, 2);
}

function nothingIsWrong({ out }: Said): void {
  assert.match(out, /^0 problems, /m);
  for (const line of ['cluster', 'rights list', 'rights write', 'argocd', 'programs git', 'programs helm', 'forge'])
    assert.match(out, new RegExp(`^✓ ${line}`, 'm'));
}

async function nothingIsLeft(): Promise<void> {
  assert.deepEqual(await clusterWide(), []);
  const kinds = 'deployments,replicasets,services,configmaps,secrets,serviceaccounts,roles,rolebindings,leases';
  const { out } = await world.shell(`kubectl -n remendo get ${kinds} --output=name`);
  assert.deepEqual(out.trim().split('\n').sort(), [
    'configmap/authorities',
    'configmap/kube-root-ca.crt',
    'lease.coordination.k8s.io/remendo',
    'secret/remendo-credentials',
    'serviceaccount/default',
  ]);
}

async function clusterWide(): Promise<readonly string[]> {
  const kinds = 'clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings';
  const { out } = await world.shell(`kubectl get ${kinds} --output=name`);
  assert.ok(existsSync(world.clone));
  return out.split('\n').filter((name) => name.includes('remendo'));
}
