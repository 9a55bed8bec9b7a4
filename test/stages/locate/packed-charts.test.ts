import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { createHelmRenderer } from '../../../src/adapters/render/helm.ts';
import { Application } from '../../../src/domain/kubernetes/application.ts';
import { noObjects } from '../../../src/domain/snapshot.ts';
import { indexApplications } from '../../../src/stages/locate/applications.ts';
import { createSources } from '../../../src/stages/locate/sources.ts';
import { fieldPath } from '../../support/cases.ts';
import { localGit, quiet } from '../../support/checkouts.ts';
import { REPO, checkoutOf } from '../../support/renders.ts';
import { tools } from '../../support/tools.ts';

const CACHE = {
  'cache/Chart.yaml': 'apiVersion: v2\nname: cache\nversion: 1.0.0\n',
  'cache/values.yaml': 'memory: 100Mi\n# how many\nmaster:\n  count: 1\n',
  'cache/templates/set.yaml':
    'apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: cache\nspec:\n  replicas: {{ .Values.master.count }}\n' +
    '  template:\n    spec:\n      terminationGracePeriodSeconds: 33\n      hostname: {{ .Values.memory | lower }}\n',
};

/** An umbrella chart with a packed chart in it, as `helm dependency build` leaves it. */
function umbrella(): { directory: string } & Disposable {
  const checkout = checkoutOf({
    'umbrella/Chart.yaml':
      'apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies:\n  - {name: cache, version: 1.0.0, repository: "https://charts.example.com"}\n',
    'umbrella/values.yaml': 'cache: {}\n',
    'umbrella/prod.yaml': 'other: 1\n',
  });
  using work = checkoutOf(CACHE);
  const archive = join(checkout.directory, 'umbrella', 'charts', 'cache-1.0.0.tgz');
  mkdirSync(dirname(archive), { recursive: true });
  execFileSync('tar', ['-czf', archive, '-C', work.directory, 'cache']);
  writeFileSync(join(checkout.directory, '.gitattributes'), '*.tgz binary\n');
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: checkout.directory,
    });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'all');
  return checkout;
}

describe('charts packed under charts/', () => {
  const source = { repoURL: REPO, path: 'umbrella', targetRevision: 'main', helm: { valueFiles: ['prod.yaml'] } };
  const application = Application.parse({
    metadata: { name: 'all', namespace: 'argocd' },
    spec: { project: 'default', source, destination: { namespace: 'shop' } },
  });
  const object = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'shop', name: 'cache' };
  const checkout = umbrella();
  const git = localGit({ [REPO]: checkout.directory });
  process.on('exit', () => {
    git.close();
    checkout[Symbol.dispose]();
  });
  const sources = createSources({
    git,
    renderers: [createHelmRenderer({ binaries: tools() })],
    applications: indexApplications({
      cluster: 't',
      takenAt: '',
      objects: { ...noObjects(), Application: [application] },
      blind: [],
    }),
    log: quiet,
  });
  const location = async () => {
    const located = await sources.locate(application, object);
    assert.ok(located.ok);
    return located.value.location;
  };

  it('have their defaults found, at the line inside the archive', async () => {
    const origin = await sources.origin(await location(), object, fieldPath('spec.replicas'));
    assert.ok(origin.ok, JSON.stringify(origin));
    const { file, line, path } = origin.value;
    assert.deepEqual([file, line, path], ['umbrella/charts/cache-1.0.0.tgz', 4, 'cache/values.yaml > master.count']);
  });

  it('are overridden in the values of the chart that holds them', async () => {
    const operations = [{ op: 'replace', path: fieldPath('spec.replicas'), value: 2 }] as const;
    const plan = await sources.plan(await location(), { object, operations });
    assert.ok(plan.ok, JSON.stringify(plan));
    assert.deepEqual(
      plan.value.files.map(({ path, after }) => [path, after]),
      [['umbrella/prod.yaml', 'other: 1\ncache:\n  master:\n    count: 2\n']],
    );
  });

  it('have their constants named with the template', async () => {
    const operations = [
      { op: 'replace', path: fieldPath('spec.template.spec.terminationGracePeriodSeconds'), value: 60 },
    ] as const;
    const plan = await sources.plan(await location(), { object, operations });
    assert.ok(!plan.ok);
    assert.match(
      plan.error.message,
      /cache\/templates\/set\.yaml:9 of the packed chart umbrella\/charts\/cache-1\.0\.0\.tgz/,
    );
  });
});
