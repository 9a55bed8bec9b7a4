import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DRY_RUN_USER, READER, install, policyIsActive, tokenOf, uninstall } from '../cluster/install.ts';
import { until } from '../scenarios/world.ts';
import { noteResult } from '../table.ts';
import type { InstallWorld, Said } from './world.ts';
import { TEAM, applyApplication, startInstallWorld, writeTokenKubeconfig } from './world.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'main.ts');
const ROLE = '/apis/rbac.authorization.k8s.io/v1/clusterroles/remendo-e2e-half';
const BINDING = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/remendo-e2e-half';

let world: InstallWorld;
before(async () => {
  world = await startInstallWorld();
  for (const part of ['reader', 'policy', 'dry-run'] as const) await install(world.cluster, part);
  await policyIsActive(world.cluster);
  const application = `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${TEAM}`;
  await until('the first sync', 120, async () => (await world.cluster.admin.get(application))?.status?.sync?.status);
});
after(async () => {
  for (const path of [BINDING, ROLE]) await world.cluster.admin.send('DELETE', path);
  await world.close();
});

/** Doctor with a configuration, as somebody; its words are kept in the run's folder. */
async function doctor(name: string, as: string, env: Readonly<Record<string, string>>): Promise<Said> {
  const kubeconfig = join(world.clone, `${name}.kubeconfig`);
  writeTokenKubeconfig(kubeconfig, world.cluster, as);
  const config = join(world.clone, `${name}.yaml`);
  const { host, apiUrl } = world.forge;
  writeFileSync(
    config,
    JSON.stringify({
      mode: 'propose',
      cluster: { name: 'e2e', kubeconfig, dryRunAs: DRY_RUN_USER },
      github: { host, apiUrl },
      state: { directory: join(world.clone, `${name}-state`) },
    }),
  );
  const said = await world.shell(`node ${MAIN} --config ${config} doctor`, env);
  writeFileSync(join(world.cluster.directory, `report-doctor-${name}.log`), `${said.out}[${said.status}]\n`);
  return said;
}

test('doctor on a good set-up: no problem, and every part is named', async () => {
  const started = Date.now();
  const token = await tokenOf(world.cluster, READER);
  const { status, out } = await doctor('good', token, { GITHUB_TOKEN: world.github.bot.token });
  for (const line of [
    /^✓ cluster: e2e at https:/m,
    /^✓ clock API server: in step/m,
    /^✓ rights list: every kind/m,
    /^✓ rights watch: and can be watched/m,
    /^✓ rights pods\/log: /m,
    /^✓ rights write: the identity cannot write/m,
    /^✓ dry-run \S+: the API server checks edits in dry runs, and the policy denies everything else/m,
    /^✓ argocd: \d+ Applications? in argocd/m,
    /^✓ argocd tracking in argocd: the default/m,
    /^✓ programs git: git version/m,
    /^✓ repository https:\S+\/install\.git: fetched; main/m,
    /^✓ forge https:\S+\/install\.git: \S+ may open pull requests/m,
    /^✓ checks https:\S+\/install\.git: checks run/m,
    /^✓ model: none is configured/m,
    /^0 problems, /m,
  ])
    assert.match(out, line);
  assert.equal(status, 0);
  noteResult(world.cluster.directory, {
    scenario: 'doctor, good set-up',
    seconds: (Date.now() - started) / 1000,
    result: 'no problem',
  });
});

test('doctor on a broken set-up: each fault in a line of its own, with what to do', async () => {
  const started = Date.now();
  const { cluster } = world;
  // Reads nothing of Argo CD, may write, and is not what the policy speaks of; the token is wrong; one repository is not there.
  await cluster.admin.apply(ROLE, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'remendo-e2e-half' },
    rules: [
      { apiGroups: ['', 'apps'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch', 'delete'] },
    ],
  });
  await cluster.admin.apply(BINDING, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'remendo-e2e-half' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'remendo-e2e-half' },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'remendo' }],
  });
  const half = await tokenOf(cluster, 'default');
  const rights = await until('the binding', 60, async () => {
    const said = await doctor('broken-rights', half, { GITHUB_TOKEN: world.github.bot.token });
    return /rights write/.test(said.out) ? said : undefined;
  });
  for (const line of [
    /^✗ rights Job: cannot list/m,
    /^✗ rights write: the identity may delete deployments/m,
    /^✗ argocd: Applications cannot be read/m,
    /^ {4}→ Argo CD must run in this cluster, and Remendo may list applications\.argoproj\.io/m,
    /^[✗?] dry-run/m,
  ])
    assert.match(rights.out, line);
  assert.equal(rights.status, 1);

  await applyApplication(cluster, 'unreachable', 'https://127.0.0.1:9/nobody/there.git');
  const forge = await doctor('broken-forge', await tokenOf(cluster, READER), { GITHUB_TOKEN: 'ghp_wrong' });
  for (const line of [
    /^✗ repository https:\/\/127\.0\.0\.1:9\/nobody\/there\.git: /m,
    /^✗ (forge|repository) https:\S+\/install\.git: /m,
    /^✓ rights list/m,
  ])
    assert.match(forge.out, line);
  assert.equal(forge.status, 1);
  assert.ok(!forge.out.includes('ghp_wrong'), 'the token is shown');

  await uninstall(cluster, 'policy');
  const open = await until('the policy is gone', 60, async () => {
    const said = await doctor('broken-policy', await tokenOf(cluster, READER), {
      GITHUB_TOKEN: world.github.bot.token,
    });
    return said.out.includes('a write was not denied') ? said : undefined;
  });
  assert.match(open.out, /^✗ dry-run \S+: dry runs stay off: a write was not denied/m);

  const nobody = await doctor('broken-cluster', 'not-a-token', { GITHUB_TOKEN: world.github.bot.token });
  assert.match(nobody.out, /^✗ cluster: /m);
  assert.match(nobody.out, /^ {4}→ /m);
  assert.equal(nobody.status, 1);
  noteResult(cluster.directory, {
    scenario: 'doctor, broken set-ups',
    seconds: (Date.now() - started) / 1000,
    result: 'each fault is told with its remedy',
  });
});
