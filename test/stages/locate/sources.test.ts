import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createDirectoryRenderer } from '../../../src/adapters/render/directory.ts';
import { createHelmRenderer } from '../../../src/adapters/render/helm.ts';
import { createKustomizeRenderer } from '../../../src/adapters/render/kustomize.ts';
import { noObjects } from '../../../src/domain/snapshot.ts';
import { indexApplications } from '../../../src/stages/locate/applications.ts';
import { createSources } from '../../../src/stages/locate/sources.ts';
import { CASES, fieldPath, openCase, readApplication } from '../../support/cases.ts';
import { localGit, quiet, repositoryOf } from '../../support/checkouts.ts';
import { tools } from '../../support/tools.ts';

const orders = openCase('orders');
after(() => orders[Symbol.dispose]());

const SETTINGS = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'billing', name: 'billing-settings' };

async function location(
  application: string,
  object: typeof SETTINGS,
): Promise<Parameters<typeof orders.sources.plan>[0]> {
  const found = orders.applications.find(({ metadata }) => metadata.name === application);
  assert.ok(found);
  const located = await orders.sources.locate(found, object);
  assert.ok(located.ok, located.ok ? '' : located.error.message);
  return located.value.location;
}

test('a key of a generated ConfigMap gets another name in its literal, whichever way the change is written', async () => {
  const at = await location('billing', SETTINGS);
  const rename = [
    { op: 'test' as const, path: ['data', 'moed'], value: 'live' },
    { op: 'add' as const, path: ['data', 'mode'], value: 'live' },
    { op: 'remove' as const, path: ['data', 'moed'] },
  ];
  const rendered = await orders.sources.render(at);
  assert.ok(rendered.ok);
  const full = rendered.value.objects.find(({ ref }) => ref.kind === 'ConfigMap')?.ref;
  assert.match(full?.name ?? '', /^billing-settings-[a-z0-9]{10}$/);
  for (const object of [SETTINGS, { ...SETTINGS, name: full?.name ?? '' }]) {
    for (const operations of [
      rename,
      [rename[2] ?? rename[1], rename[1]].filter((operation) => operation !== undefined),
    ]) {
      const plan = await orders.sources.plan(at, { object, operations });
      assert.ok(plan.ok, plan.ok ? '' : JSON.stringify(plan.error));
      const [file, ...more] = plan.value.files;
      assert.equal(more.length, 0);
      assert.equal(file?.path, 'billing/prod/kustomization.yaml');
      assert.equal(file.line, 9);
      assert.match(file.diff, /-      - moed=live\n\+      - mode=live\n/);
      const { pairs, unrendered } = await orders.sources.pairs(at, plan.value);
      assert.deepEqual([pairs.map(({ application }) => application.name), unrendered], [['billing'], []]);
    }
  }
});

test('a failed test operation, a missing object and a change that is none are told apart', async () => {
  const at = await location('billing', SETTINGS);
  const code = async (
    object: typeof SETTINGS,
    path: string,
    op: 'test' | 'replace',
    value: string,
  ): Promise<string> => {
    const plan = await orders.sources.plan(at, { object, operations: [{ op, path: fieldPath(path), value }] });
    return plan.ok ? 'planned' : plan.error.code;
  };
  assert.equal(await code(SETTINGS, 'data.region', 'test', 'us'), 'test-failed');
  assert.equal(await code({ ...SETTINGS, name: 'nothing' }, 'data.region', 'replace', 'us'), 'not-in-git');
  assert.equal(await code(SETTINGS, 'data.absent', 'replace', 'us'), 'not-in-git');
  assert.equal(await code(SETTINGS, 'data.region', 'replace', 'eu'), 'not-applicable');
});

test('several changes, on several objects of one Application, become one change set', async () => {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'edge', name: 'edge-gateway' };
  const at = await location('edge', object);
  const image = fieldPath('spec.template.spec.containers[name=gateway].image');
  const plan = await orders.sources.plan(at, [
    { object, operations: [{ op: 'remove', path: fieldPath('spec.template.spec.serviceAccountName') }] },
    { object, operations: [{ op: 'replace', path: image, value: '127.0.0.1:5000/orders/web:3' }] },
  ]);
  assert.ok(plan.ok, plan.ok ? '' : JSON.stringify(plan.error));
  assert.deepEqual(
    plan.value.files[0]?.after,
    'image:\n  tag: "3"   # renovate: orders/web\nenv:\n  UPSTREAM: "http://front.{{ .Release.Namespace }}.svc"\n',
  );
});

test('an object that the Application does not declare, and an Application without a source', async () => {
  const [application] = orders.applications;
  assert.ok(application);
  const gone = await orders.sources.locate(application, { ...SETTINGS, name: 'gone' });
  assert.ok(!gone.ok);
  assert.equal(gone.error.code, 'not-in-git');
  const empty = { ...application, spec: { destination: {} } };
  const invalid = await orders.sources.locate(empty, SETTINGS);
  assert.ok(!invalid.ok);
  assert.equal(invalid.error.code, 'application-invalid');
  const plugin = {
    ...application,
    spec: { ...application.spec, source: { repoURL: orders.repoURL, path: 'team', plugin: { name: 'x' } } },
  };
  const refused = await orders.sources.locate(plugin, SETTINGS);
  assert.ok(!refused.ok);
  assert.equal(refused.error.code, 'not-supported');
  assert.match(refused.error.message, /plugin/);
});

test('versions: the head first, then what touched the Application’s files, bases and value files outside its folder', async () => {
  const directory = repositoryOf(join(CASES, 'helm-environments', 'repo'));
  const repoURL = 'https://git.example.com/team/helm-environments.git';
  const git = localGit({ [repoURL]: directory });
  try {
    const commit = (path: string, text: string, message: string): void => {
      writeFileSync(join(directory, path), text);
      execFileSync('git', ['add', '-A'], { cwd: directory });
      execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '-qm', message], {
        cwd: directory,
      });
    };
    commit('env/prod.yaml', 'replicaCount: 7\n', 'seven');
    commit('env/prod.yaml', 'replicaCount: [\n', 'broken');
    commit('env/prod.yaml', 'replicaCount: 8\n', 'eight');
    commit('env/dev.yaml', 'debug: false\n', 'other environment');
    commit('README.md', 'text\n', 'text only');
    const binaries = tools();
    const application = readApplication(join(CASES, 'helm-environments', 'applications', 'prod.yaml'));
    const sources = createSources({
      git,
      renderers: [createDirectoryRenderer(), createKustomizeRenderer({ binaries }), createHelmRenderer({ binaries })],
      applications: indexApplications({ cluster: 'c', takenAt: '', objects: noObjects(), blind: [] }),
      log: quiet,
    });
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'web', name: 'web-prod' };
    const located = await sources.locate(application, object);
    assert.ok(located.ok);
    const seen: unknown[] = [];
    for await (const {
      commit: { subject },
      objects,
    } of sources.versions(located.value.location, 20)) {
      const spec = objects.find(({ ref }) => ref.kind === 'Deployment')?.object.spec;
      seen.push([subject, (spec as { replicas?: number } | undefined)?.replicas]);
    }
    assert.deepEqual(seen, [
      ['text only', 8],
      ['eight', 8],
      ['seven', 7],
      ['All', 3],
    ]);
    const lazily = sources.renders();
    const versions = sources.versions(located.value.location, 20)[Symbol.asyncIterator]();
    await versions.next();
    await versions.return?.();
    assert.equal(sources.renders(), lazily);
  } finally {
    git.close();
    rmSync(directory, { recursive: true, force: true });
  }
});

test('versions: the options of an Application that the repository declares are those of each commit', async () => {
  const directory = repositoryOf(join(CASES, 'app-of-apps', 'repo'));
  const git = localGit({ 'https://git.example.com/team/app-of-apps.git': directory });
  try {
    const manifest = join(directory, 'apps', 'blue.yaml');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('replicas: 2 ', 'replicas: 5 '));
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '-qam', 'more'], {
      cwd: directory,
    });
    const binaries = tools();
    const sources = createSources({
      git,
      renderers: [createHelmRenderer({ binaries })],
      applications: indexApplications({ cluster: 'c', takenAt: '', objects: noObjects(), blind: [] }),
      log: quiet,
    });
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'blue', name: 'app' };
    const located = await sources.locate(readApplication(manifest), object);
    assert.ok(located.ok, located.ok ? '' : located.error.message);
    const seen: unknown[] = [];
    for await (const { commit, objects } of sources.versions(located.value.location, 20)) {
      const spec = objects.find(({ ref }) => ref.kind === 'Deployment')?.object.spec;
      seen.push([commit.subject, (spec as { replicas?: number } | undefined)?.replicas]);
    }
    assert.deepEqual(seen, [
      ['more', 5],
      ['All', 2],
    ]);
  } finally {
    git.close();
    rmSync(directory, { recursive: true, force: true });
  }
});

test('asking again costs no render', async () => {
  const at = await location('billing', SETTINGS);
  const ask = (): ReturnType<typeof orders.sources.origin> => orders.sources.origin(at, SETTINGS, ['data', 'region']);
  const first = await ask();
  const renders = orders.sources.renders();
  assert.deepEqual(await ask(), first);
  assert.equal(orders.sources.renders(), renders);
});
