import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { createDirectoryRenderer } from '../../../src/adapters/render/directory.ts';
import { createHelmRenderer } from '../../../src/adapters/render/helm.ts';
import type { ApplicationSource } from '../../../src/domain/kubernetes/application.ts';
import { Application } from '../../../src/domain/kubernetes/application.ts';
import { noObjects } from '../../../src/domain/snapshot.ts';
import { indexApplications } from '../../../src/stages/locate/applications.ts';
import type { Sources } from '../../../src/stages/locate/sources.ts';
import { createSources } from '../../../src/stages/locate/sources.ts';
import { fieldPath } from '../../support/cases.ts';
import { localGit, quiet } from '../../support/checkouts.ts';
import { tools } from '../../support/tools.ts';

const REPO = 'https://git.example.com/team/app.git';
const SAME = 'https://git.example.com/team/app';

const CHART = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
  'chart/values.yaml': 'level: info\n',
  'chart/templates/cm.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  level: {{ .Values.level }}\n  size: {{ .Values.size | quote }}\n',
  'env/prod.yaml': 'size: 1\n',
};

interface World extends Disposable {
  readonly sources: Sources;
  readonly applications: readonly Application[];
}

/** A repository with a tag `v1` at its first commit, and `more` commits after that; reachable under two addresses. */
function world(
  files: Readonly<Record<string, string | Uint8Array>>,
  more: number,
  wanted: Readonly<Record<string, readonly ApplicationSource[]>>,
): World {
  const directory = mkdtempSync(join(tmpdir(), 'remendo-revisions-'));
  const run = (...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: directory });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  run('init', '-q', '-b', 'main');
  run('add', '-A');
  run('commit', '-q', '-m', 'All');
  run('tag', 'v1');
  for (let i = 0; i < more; i++) run('commit', '-q', '--allow-empty', '-m', 'More');
  const git = localGit({ [REPO]: directory, [SAME]: directory });
  const applications = Object.entries(wanted).map(([name, sources]) =>
    Application.parse({ metadata: { name, namespace: 'argocd' }, spec: { destination: { namespace: name }, sources } }),
  );
  const binaries = tools();
  const sources = createSources({
    git,
    renderers: [createDirectoryRenderer(), createHelmRenderer({ binaries })],
    applications: indexApplications({
      cluster: 'test',
      takenAt: '2026-11-21T12:00:00Z',
      objects: { ...noObjects(), Application: applications },
      blind: [],
    }),
    log: quiet,
  });
  return {
    sources,
    applications,
    [Symbol.dispose]() {
      git.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function plan({ sources, applications }: World, name: string, field: string, value: string) {
  const application = applications.find(({ metadata }) => metadata.name === name);
  assert.ok(application);
  const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: name, name };
  const located = await sources.locate(application, object);
  assert.ok(located.ok, located.ok ? '' : located.error.message);
  return sources.plan(located.value.location, {
    object,
    operations: [{ op: 'replace', path: fieldPath(field), value }],
  });
}

const chart = (targetRevision: string): ApplicationSource => ({
  repoURL: REPO,
  targetRevision,
  path: 'chart',
  helm: { valueFiles: ['$values/env/prod.yaml'] },
});
const values = (targetRevision: string): ApplicationSource => ({ repoURL: REPO, targetRevision, ref: 'values' });

for (const more of [0, 1]) {
  test(`a chart at a tag with values of a branch, ${more} commits apart: values are written on the branch`, async () => {
    using opened = world(CHART, more, { web: [chart('v1'), values('main')] });
    const size = await plan(opened, 'web', 'data.size', '2');
    assert.ok(size.ok, size.ok ? '' : JSON.stringify(size.error));
    assert.deepEqual(
      size.value.files.map(({ path, after }) => [path, after]),
      [['env/prod.yaml', 'size: 2\n']],
    );
    assert.equal(size.value.targetRevision, 'main');
    const level = await plan(opened, 'web', 'data.level', 'debug');
    assert.ok(level.ok, level.ok ? '' : JSON.stringify(level.error));
    assert.equal(level.value.files[0]?.after, 'size: 1\nlevel: debug\n');
  });

  test(`values at a tag beside a chart of a branch, ${more} commits apart: they are not changed`, async () => {
    using opened = world(CHART, more, { web: [chart('main'), values('v1')] });
    const size = await plan(opened, 'web', 'data.size', '2');
    assert.equal(size.ok, false);
    assert.match(size.ok ? '' : size.error.message, /read at v1, which a change of main does not reach/);
  });
}

test('an Application that writes the address of the repository in another way counts', async () => {
  const source = (repoURL: string): ApplicationSource => ({ repoURL, path: 'chart', helm: { releaseName: 'x' } });
  using opened = world(CHART, 0, {
    dev: [{ ...source(SAME), helm: { valueFiles: ['../env/prod.yaml'] } }],
    web: [{ ...source(REPO), helm: { valueFiles: ['../env/prod.yaml'] } }],
  });
  const size = await plan(opened, 'web', 'data.size', '2');
  assert.match(size.ok ? 'it was planned' : size.error.message, /also changes argocd\/dev/);
});

test('a file that is not UTF-8 is not written', async () => {
  const text = Buffer.from(
    '# caf\u00e9\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {size: "1"}\n',
    'latin1',
  );
  using opened = world({ 'k/web.yaml': text }, 0, { web: [{ repoURL: REPO, path: 'k' }] });
  const size = await plan(opened, 'web', 'data.size', '2');
  assert.match(size.ok ? 'it was planned' : size.error.message, /not UTF-8/);
});
