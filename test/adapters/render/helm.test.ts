import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createHelmRenderer } from '../../../src/adapters/render/helm.ts';
import type { ApplicationSource, HelmSource } from '../../../src/domain/kubernetes/application.ts';
import { isObject } from '../../../src/domain/json.ts';
import type { RenderRequest } from '../../../src/ports/renderer.ts';
import { checkoutOf, names, refusal, rendered, requestFor } from '../../support/renders.ts';
import { tools } from '../../support/tools.ts';

const renderer = createHelmRenderer({ binaries: tools() });
const TEMPLATE = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data:
  v: {{ .Values.v | quote }}
  w: {{ .Values.w | quote }}
  list: {{ .Values.list | default list | join "," | quote }}
  release: {{ .Release.Namespace }}
  file: {{ .Values.file | default "" | quote }}
  kube: {{ .Capabilities.KubeVersion.Version }}
  has: {{ .Capabilities.APIVersions.Has "example.com/v1" | quote }}
`;
const CHART = {
  'app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
  'app/values.yaml': 'v: defaults\nw: kept\n',
  'app/templates/c.yaml': TEMPLATE,
  'app/crds/crd.yaml':
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\nspec: {group: example.com, names: {kind: X}}\n',
  'app/one.yaml': 'v: one\n',
  'env/two.yaml': 'v: two\n',
  'env/three.yaml': 'v: three\n',
  'note.txt': 'a, b',
};

async function data(
  helm: HelmSource | undefined,
  files: Record<string, string> = CHART,
  more: Partial<RenderRequest> = {},
): Promise<Record<string, unknown>> {
  using checkout = checkoutOf(files);
  const source: Partial<ApplicationSource> = helm === undefined ? {} : { helm };
  const { objects } = await rendered(renderer, requestFor(checkout.directory, source, more));
  const map = objects.find(({ ref }) => ref.kind === 'ConfigMap')?.object;
  return { name: isObject(map?.metadata) ? map.metadata.name : undefined, ...(isObject(map?.data) ? map.data : {}) };
}

test('values: parameters beat valuesObject, which beats values, which beat files, the last file first', async () => {
  const files = ['one.yaml', '../env/two.yaml'];
  assert.equal((await data(undefined)).v, 'defaults');
  assert.equal((await data({ valueFiles: files })).v, 'two');
  assert.equal((await data({ valueFiles: ['/env/three.yaml', 'one.yaml'] })).v, 'one');
  assert.equal((await data({ valueFiles: files, values: 'v: inline\n' })).v, 'inline');
  const both = await data({ values: 'v: inline\nw: inline\n', valuesObject: { v: 'object' } });
  assert.deepEqual([both.v, both.w], ['object', 'kept']);
  const parameters = [
    { name: 'v', value: 'a,b' },
    { name: 'w', value: '07', forceString: true },
    { name: 'list', value: '{x,y}' },
  ];
  const set = await data({ valuesObject: { v: 'object' }, parameters });
  assert.deepEqual([set.v, set.w, set.list], ['a,b', '07', 'x,y']);
});

test('globs of value files are sorted, missing files are left out only when the source says so', async () => {
  assert.equal((await data({ valueFiles: ['../env/*.yaml'] })).v, 'two');
  assert.equal(
    (await data({ valueFiles: ['../env/{two,three}.yaml', 'gone.yaml'], ignoreMissingValueFiles: true })).v,
    'two',
  );
  using checkout = checkoutOf(CHART);
  const answer = await refusal(renderer, requestFor(checkout.directory, { helm: { valueFiles: ['gone.yaml'] } }));
  assert.equal(answer.code, 'path-missing');
});

test('release, namespace, versions, file parameters and variables', async () => {
  const plain = await data(undefined);
  assert.deepEqual([plain.name, plain.release, plain.has], ['web', 'shop', 'false']);
  const helm = {
    releaseName: 'other',
    namespace: 'deep',
    kubeVersion: '1.27.3',
    apiVersions: ['example.com/v1'],
    fileParameters: [{ name: 'file', path: '../note.txt' }],
    parameters: [{ name: 'v', value: '$ARGOCD_APP_NAME-${ARGOCD_APP_REVISION_SHORT}-$$' }],
  };
  const answer = await data(helm);
  assert.deepEqual(
    [answer.name, answer.release, answer.kube, answer.has, answer.file, answer.v],
    ['other', 'deep', 'v1.27.3', 'true', 'a, b', 'web-aaaaaaa-$'],
  );
});

test('custom resource definitions are rendered unless the source leaves them out', async () => {
  using checkout = checkoutOf(CHART);
  const ask = async (helm: HelmSource): Promise<readonly string[]> =>
    names(await rendered(renderer, requestFor(checkout.directory, { helm })));
  assert.deepEqual(await ask({}), ['CustomResourceDefinition/x', 'ConfigMap/web']);
  assert.deepEqual(await ask({ skipCrds: true }), ['ConfigMap/web']);
});

test('value files of another source come from its root', async () => {
  using values = checkoutOf({ 'prod/v.yaml': 'v: elsewhere\n' });
  const other = {
    repoURL: 'https://git.example.com/team/values.git',
    revision: 'b'.repeat(40),
    directory: values.directory,
  };
  const answer = await data({ valueFiles: ['$values/prod/v.yaml'] }, CHART, { refs: new Map([['values', other]]) });
  assert.equal(answer.v, 'elsewhere');
  const overlay = new Map([[other.repoURL, new Map([['prod/v.yaml', 'v: changed\n']])]]);
  assert.equal(
    (await data({ valueFiles: ['$values/prod/v.yaml'] }, CHART, { refs: new Map([['values', other]]), overlay })).v,
    'changed',
  );
});

function chart(repository: string): Record<string, string> {
  const dependency = `{name: lib, version: ~1.2.0, repository: "${repository}"}`;
  return { ...CHART, 'app/Chart.yaml': `apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies: [${dependency}]\n` };
}

test('dependencies: vendored as a folder or an archive, beside the chart, or from a cache; else refused by name', async () => {
  const library = {
    'lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 1.2.0\n',
    'lib/templates/l.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: from-lib}\n',
  };
  using beside = checkoutOf({ ...chart('file://../lib'), ...library });
  assert.ok(names(await rendered(renderer, requestFor(beside.directory, {}))).includes('Secret/from-lib'));
  execFileSync('tar', ['-czf', join(beside.directory, 'lib-1.2.0.tgz'), '-C', beside.directory, 'lib']);
  using registry = checkoutOf(chart('https://charts.example.com'));
  const missing = await refusal(renderer, requestFor(registry.directory, {}));
  assert.equal(missing.code, 'not-supported');
  assert.match(missing.message, /lib ~1\.2\.0 comes from https:\/\/charts\.example\.com/);
  const cached = createHelmRenderer({ binaries: tools(), chartCache: beside.directory });
  assert.ok(names(await rendered(cached, requestFor(registry.directory, {}))).includes('Secret/from-lib'));
  using vendored = checkoutOf({ ...chart('https://charts.example.com'), 'app/charts/.keep': '' });
  writeFileSync(
    join(vendored.directory, 'app/charts/lib-1.2.0.tgz'),
    readFileSync(join(beside.directory, 'lib-1.2.0.tgz')),
  );
  assert.ok(names(await rendered(renderer, requestFor(vendored.directory, {}))).includes('Secret/from-lib'));
});

test('refuses secrets files, URLs, and paths and links that leave the repository', async () => {
  using checkout = checkoutOf({ ...CHART, 'app/out.yaml': '->/etc/hostname' });
  const ask = (helm: HelmSource): Promise<{ code: string; message: string }> =>
    refusal(renderer, requestFor(checkout.directory, { helm }));
  const secrets = await ask({ valueFiles: ['secrets://env/two.yaml'] });
  assert.equal(secrets.code, 'not-supported');
  assert.match(secrets.message, /helm-secrets/);
  assert.equal((await ask({ valueFiles: ['https://example.com/v.yaml'] })).code, 'not-supported');
  assert.equal((await ask({ valueFiles: ['../../outside.yaml'] })).code, 'not-supported');
  assert.equal((await ask({ valueFiles: ['out.yaml'] })).code, 'path-missing');
  assert.equal((await ask({ fileParameters: [{ name: 'file', path: '../../etc/passwd' }] })).code, 'not-supported');
});

test('a chart that does not render answers with Helm’s own words', async () => {
  using checkout = checkoutOf({
    ...CHART,
    'app/templates/c.yaml': '{{ required "the key v is needed" .Values.none }}',
  });
  const answer = await refusal(renderer, requestFor(checkout.directory, {}));
  assert.equal(answer.code, 'render-failed');
  assert.match(answer.message, /the key v is needed/);
  assert.doesNotMatch(answer.message, /remendo-render/);
  assert.equal((await refusal(renderer, requestFor(checkout.directory, { path: 'nothing' }))).code, 'path-missing');
});
