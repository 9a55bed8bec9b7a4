import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDirectoryRenderer } from '../../../src/adapters/render/directory.ts';
import { checkoutOf, configMap, names, refusal, rendered, REPO, requestFor } from '../../support/renders.ts';

const renderer = createDirectoryRenderer();

test('reads manifests of the folder only, in the order of names, all documents of a file', async () => {
  using checkout = checkoutOf({
    'app/b.yaml': `${configMap('two')}---\n${configMap('three')}---\n# nothing\n`,
    'app/a.yml': configMap('one'),
    'app/c.json': configMap('four'),
    'app/notes.txt': configMap('no'),
    'app/sub/d.yaml': configMap('no'),
    'other/e.yaml': configMap('no'),
  });
  const answer = await rendered(renderer, requestFor(checkout.directory, {}));
  assert.deepEqual(names(answer), ['ConfigMap/one', 'ConfigMap/two', 'ConfigMap/three', 'ConfigMap/four']);
  assert.deepEqual(answer.objects[2]?.origin, { repoURL: REPO, file: 'app/b.yaml', document: 1 });
  assert.deepEqual(
    answer.inputs.map(({ path }) => path),
    ['app/a.yml', 'app/b.yaml', 'app/c.json'],
  );
});

test('recurse, include and exclude: globs over the path, a star crosses slashes, exclude wins', async () => {
  using checkout = checkoutOf({
    'app/a.yaml': configMap('a'),
    'app/x/b.yaml': configMap('b'),
    'app/x/y/c.yaml': configMap('c'),
    'app/x/y/d.json': configMap('d'),
  });
  const ask = async (directory: object): Promise<readonly string[]> =>
    names(await rendered(renderer, requestFor(checkout.directory, { directory })));
  assert.deepEqual(await ask({ recurse: true }), ['ConfigMap/a', 'ConfigMap/b', 'ConfigMap/c', 'ConfigMap/d']);
  assert.deepEqual(await ask({ recurse: true, include: '*.yaml' }), ['ConfigMap/a', 'ConfigMap/b', 'ConfigMap/c']);
  assert.deepEqual(await ask({ recurse: true, exclude: '{a,x/b}.yaml' }), ['ConfigMap/c', 'ConfigMap/d']);
  assert.deepEqual(await ask({ recurse: true, include: '*', exclude: 'x/[xy]/?.*' }), ['ConfigMap/a', 'ConfigMap/b']);
});

test('fills in the namespace of namespaced kinds only, and knows kinds of CRDs beside them', async () => {
  const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'x' } };
  const spec = { group: 'example.com', scope: 'Cluster', names: { kind: 'Zone' } };
  using checkout = checkoutOf({
    'app/a.yaml': [
      JSON.stringify({ ...crd, spec }),
      JSON.stringify({ apiVersion: 'example.com/v1', kind: 'Zone', metadata: { name: 'z', namespace: 'n' } }),
      JSON.stringify({ apiVersion: 'example.com/v1', kind: 'Other', metadata: { name: 'o' } }),
      JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } }),
      JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'own' } }),
    ].join('\n---\n'),
  });
  const { objects } = await rendered(renderer, requestFor(checkout.directory, {}));
  assert.deepEqual(
    objects.map(({ ref }) => ref.namespace),
    [undefined, undefined, 'shop', undefined, 'own'],
  );
  assert.deepEqual(objects[1]?.object.metadata, { name: 'z' });
  assert.deepEqual(objects[2]?.object.metadata, { name: 'o', namespace: 'shop' });
});

test('opens lists, and names what has a generated name', async () => {
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { generateName: 'once-' } };
  using checkout = checkoutOf({
    'app/a.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [job, job, JSON.parse(configMap('c'))] }),
    'app/b.yaml': 'apiVersion: v1\nkind: ConfigMapList\nitems: null\n',
  });
  const answer = await rendered(renderer, requestFor(checkout.directory, {}));
  assert.deepEqual(names(answer), ['Job/once-*', 'Job/once-*2', 'ConfigMap/c']);
});

test('what is not a manifest is passed over, what looks like one and is broken is an error with its place', async () => {
  using checkout = checkoutOf({
    'app/values.yaml': 'replicas: 3\nkey: [\n',
    'app/list.yaml': '- a\n- b\n',
    'app/skip.yaml': '# +argocd:skip-file-rendering\napiVersion: v1\nkind: [\nmetadata: {}\n',
    'app/a.yaml': configMap('a'),
  });
  assert.deepEqual(names(await rendered(renderer, requestFor(checkout.directory, {}))), ['ConfigMap/a']);
  const overlay = new Map([[REPO, new Map([['app/z.yaml', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: [\n']])]]);
  const answer = await renderer.render(requestFor(checkout.directory, {}, { overlay }));
  assert.ok(!answer.ok);
  assert.equal(answer.error.code, 'file-invalid');
  assert.equal(answer.error.place?.file, 'app/z.yaml');
});

test('an overlay replaces and adds files', async () => {
  using checkout = checkoutOf({ 'app/a.yaml': configMap('a') });
  const changed = new Map([
    ['app/a.yaml', configMap('b')],
    ['app/new.yaml', configMap('n')],
  ]);
  const request = requestFor(checkout.directory, {}, { overlay: new Map([[REPO, changed]]) });
  assert.deepEqual(names(await rendered(renderer, request)), ['ConfigMap/b', 'ConfigMap/n']);
});

test('symlinks stay inside the repository', async () => {
  using inside = checkoutOf({
    'app/a.yaml': '->../shared/s.yaml',
    'shared/s.yaml': configMap('shared'),
    'app/d': '->../shared',
  });
  assert.deepEqual(names(await rendered(renderer, requestFor(inside.directory, { directory: { recurse: true } }))), [
    'ConfigMap/shared',
  ]);
  using outside = checkoutOf({ 'app/a.yaml': '->/etc/hostname' });
  assert.equal((await refusal(renderer, requestFor(outside.directory, {}))).code, 'file-invalid');
});

test('refuses jsonnet and a missing folder by name', async () => {
  using checkout = checkoutOf({ 'app/a.jsonnet': '{}' });
  assert.equal((await refusal(renderer, requestFor(checkout.directory, {}))).code, 'not-supported');
  assert.equal((await refusal(renderer, requestFor(checkout.directory, { path: 'gone' }))).code, 'path-missing');
});
