import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createChartCache } from '../../../src/adapters/render/charts.ts';
import { createDirectoryRenderer } from '../../../src/adapters/render/directory.ts';
import { createHelmRenderer } from '../../../src/adapters/render/helm.ts';
import { noObjects } from '../../../src/domain/snapshot.ts';
import { Application } from '../../../src/domain/kubernetes/application.ts';
import { readDocuments } from '../../../src/domain/yaml/read.ts';
import { indexApplications } from '../../../src/stages/locate/applications.ts';
import { createSources } from '../../../src/stages/locate/sources.ts';
import { localGit, quiet, repositoryOf } from '../../support/checkouts.ts';
import { checkoutOf } from '../../support/renders.ts';
import { tools } from '../../support/tools.ts';

const TEMPLATE = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {mode: {{ .Values.mode }}, size: {{ .Values.size | quote }}}
`;

test('a chart of a registry comes from the cache; its values are edited in the value file that is in Git', async (t) => {
  using charts = checkoutOf({
    'db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.4.2\n',
    'db/values.yaml': 'mode: small\nsize: 1\n',
    'db/templates/c.yaml': TEMPLATE,
  });
  execFileSync('tar', ['-czf', join(charts.directory, 'db-1.4.2.tgz'), '-C', charts.directory, 'db']);
  using values = checkoutOf({ 'prod/db.yaml': '# for production\nmode: large\n' });
  const repoURL = 'https://git.example.com/team/values.git';
  const repository = repositoryOf(values.directory);
  t.after(() => rmSync(repository, { recursive: true, force: true }));
  const git = localGit({ [repoURL]: repository });
  const application = Application.parse({
    metadata: { name: 'db', namespace: 'argocd' },
    spec: {
      sources: [
        {
          repoURL: 'https://charts.example.com',
          chart: 'db',
          targetRevision: '1.4.x',
          helm: { valueFiles: ['$v/prod/db.yaml'] },
        },
        { repoURL, targetRevision: 'main', ref: 'v' },
      ],
      destination: { namespace: 'db' },
    },
  });
  const dependencies = {
    git,
    renderers: [createHelmRenderer({ binaries: tools() })],
    applications: indexApplications({ cluster: 'c', takenAt: '', objects: noObjects(), blind: [] }),
    log: quiet,
  };
  const cache = createChartCache({ archives: charts.directory, unpacked: join(charts.directory, 'unpacked') });
  const sources = createSources({ ...dependencies, charts: cache });
  const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'db', name: 'db' };
  const located = await sources.locate(application, object);
  assert.ok(located.ok, located.ok ? '' : located.error.message);
  const { location } = located.value;
  const change = async (key: string, value: string): Promise<string> => {
    const plan = await sources.plan(location, { object, operations: [{ op: 'replace', path: ['data', key], value }] });
    assert.ok(plan.ok, plan.ok ? '' : JSON.stringify(plan.error));
    assert.equal(plan.value.repoURL, repoURL);
    return plan.value.files.map(({ path, after }) => `${path}: ${after}`).join();
  };
  assert.equal(await change('mode', 'medium'), 'prod/db.yaml: # for production\nmode: medium\n');
  assert.equal(await change('size', '2'), 'prod/db.yaml: # for production\nmode: large\nsize: 2\n');

  const without = await createSources(dependencies).locate(application, object);
  assert.ok(!without.ok);
  assert.equal(without.error.code, 'not-supported');
  const missing = await cache.fetch('https://charts.example.com', 'other', '1.0.0');
  assert.ok(!missing.ok);
  assert.equal(missing.error.code, 'chart-missing');
  git.close();
});

test('a chart of a registry with values in the Application: the Application is edited, in the repository of its parent', async (t) => {
  using charts = checkoutOf({
    'db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.4.2\n',
    'db/values.yaml': 'mode: small\nsize: 1\n',
    'db/templates/c.yaml': TEMPLATE,
  });
  execFileSync('tar', ['-czf', join(charts.directory, 'db-1.4.2.tgz'), '-C', charts.directory, 'db']);
  const manifest = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: db, namespace: argocd}
spec:
  source:
    repoURL: https://charts.example.com
    chart: db
    targetRevision: 1.4.2
    helm:
      valuesObject:
        mode: large  # for production
  destination: {namespace: db}
`;
  using apps = checkoutOf({ 'apps/db.yaml': manifest });
  const repoURL = 'https://git.example.com/team/apps.git';
  const repository = repositoryOf(apps.directory);
  t.after(() => rmSync(repository, { recursive: true, force: true }));
  const git = localGit({ [repoURL]: repository });
  const document = readDocuments(manifest);
  assert.ok(document.ok);
  const db = Application.parse(document.value[0]?.value);
  const parent = Application.parse({
    metadata: { name: 'apps', namespace: 'argocd' },
    spec: { source: { repoURL, path: 'apps' }, destination: { namespace: 'argocd' } },
    status: {
      resources: [{ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name: 'db' }],
    },
  });
  const objects = { ...noObjects(), Application: [parent, db] };
  const sources = createSources({
    git,
    renderers: [createDirectoryRenderer(), createHelmRenderer({ binaries: tools() })],
    applications: indexApplications({ cluster: 'c', takenAt: '', objects, blind: [] }),
    log: quiet,
    charts: createChartCache({ archives: charts.directory, unpacked: join(charts.directory, 'unpacked') }),
  });
  const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'db', name: 'db' };
  const located = await sources.locate(db, object);
  assert.ok(located.ok, located.ok ? '' : located.error.message);
  const { location } = located.value;
  const origin = await sources.origin(location, object, ['data', 'mode']);
  assert.ok(origin.ok, origin.ok ? '' : origin.error.message);
  assert.deepEqual([origin.value.file, origin.value.line], ['apps/db.yaml', 11]);
  const change = async (key: string, value: string): Promise<string | undefined> => {
    const plan = await sources.plan(location, { object, operations: [{ op: 'replace', path: ['data', key], value }] });
    assert.ok(plan.ok, plan.ok ? '' : JSON.stringify(plan.error));
    assert.equal(plan.value.repoURL, repoURL);
    const { pairs } = await sources.pairs(location, plan.value);
    assert.deepEqual(
      pairs.map(({ application }) => application.name),
      ['db', 'apps'],
    );
    return plan.value.files[0]?.after;
  };
  assert.equal(await change('mode', 'medium'), manifest.replace('mode: large', 'mode: medium'));
  assert.equal(await change('size', '2'), manifest.replace('production\n', 'production\n        size: 2\n'));
  git.close();
});
