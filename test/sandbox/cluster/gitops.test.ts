import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Application as Projection } from '../../../src/domain/kubernetes/application.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Application } from '../../../src/sandbox/cluster/gitops/application.ts';
import { deployment, kit, repository } from './kit.ts';
import type { Kit, TestRepository } from './kit.ts';

const URL = 'https://git.example/platform/gitops.git';

function application(name: string, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
      source: { repoURL: URL, path: 'apps/web', targetRevision: 'main' },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
      ...spec,
    },
  };
}

const manifest = (tag: string, extra = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: reg.example/web:${tag} # the tag
          resources: {limits: {cpu: 0.5, memory: 1024Mi}}
${extra}`;

async function gitops(
  t: Parameters<typeof kit>[0],
  files: Record<string, string>,
  spec: JsonObject = {},
): Promise<{ k: Kit; repo: TestRepository; sha: string; app: () => Application }> {
  const repo = repository(t);
  const sha = repo.commit(files);
  const k = await kit(t, { namespaces: [], repositories: new Map([[URL, repo.bare]]) });
  k.world.apply(application('web', spec));
  await k.pass(4);
  return { k, repo, sha, app: () => k.world.get('Application', 'argocd', 'web') as Application };
}

void test('an Application is synced from the bare repository with the fields of Argo CD', async (t) => {
  const { k, sha, app } = await gitops(t, {
    'apps/web/web.yaml': manifest('1'),
    'apps/web/readme.md': 'x',
    'apps/web/sub/other.yaml': manifest('9'),
  });
  const { status } = app();
  assert.deepEqual([status?.sync?.status, status?.sync?.revision, status?.health?.status], ['Synced', sha, 'Healthy']);
  assert.deepEqual(
    [status?.operationState?.phase, status?.operationState?.message, status?.operationState?.syncResult.revision],
    ['Succeeded', 'successfully synced (all tasks run)', sha],
  );
  assert.deepEqual(
    status?.operationState?.syncResult.resources.map(({ kind, name, status: how, message }) => [
      kind,
      name,
      how,
      message,
    ]),
    [['Deployment', 'web', 'Synced', 'deployment.apps/web created']],
  );
  assert.deepEqual(
    status?.history?.map(({ id, revision }) => [id, revision]),
    [[0, sha]],
  );
  assert.deepEqual(status?.resources, [
    { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web', status: 'Synced' },
  ]);
  assert.deepEqual([status?.sourceType, status?.summary], ['Directory', { images: ['reg.example/web:1'] }]);
  const live = k.deployment('web');
  assert.equal(live.metadata.annotations?.['argocd.argoproj.io/tracking-id'], 'web:apps/Deployment:shop/web');
  assert.ok(Projection.safeParse(app()).success);
  assert.ok(k.world.get('Namespace', undefined, 'shop'));
});

void test('a merged commit is picked up, rolled out, and healthy again after a fix', async (t) => {
  const { k, repo, app } = await gitops(t, { 'apps/web/web.yaml': manifest('1') });
  const bad = repo.commit({ 'apps/web/web.yaml': manifest('l') });
  await k.pass(3);
  assert.equal(app().status?.operationState?.syncResult.revision, bad);
  assert.equal(app().status?.health?.status, 'Progressing');
  await k.pass(8);
  assert.deepEqual([app().status?.sync?.status, app().status?.health?.status], ['Synced', 'Degraded']);
  assert.equal(k.pods('web').filter(({ status }) => status?.containerStatuses?.[0]?.ready === true).length, 1);
  const good = repo.commit({ 'apps/web/web.yaml': manifest('2') });
  await k.pass(5);
  assert.deepEqual([app().status?.sync?.revision, app().status?.health?.status], [good, 'Healthy']);
  assert.deepEqual(
    app().status?.history?.map(({ id }) => id),
    [0, 1, 2],
  );
  assert.ok(Date.parse(app().status?.reconciledAt ?? '') >= Date.parse(app().status?.operationState?.finishedAt ?? ''));
});

void test('a commit that renders the same moves only the compared revision', async (t) => {
  const { k, repo, sha, app } = await gitops(t, { 'apps/web/web.yaml': manifest('1') });
  const next = repo.commit({ 'docs/note.md': 'hello' });
  await k.pass(2);
  assert.deepEqual([app().status?.sync?.revision, app().status?.operationState?.syncResult.revision], [next, sha]);
});

const drift = (k: Kit): void =>
  void k.world.store.update(k.deployment('web'), (draft) => {
    draft.spec.template.spec.containers[0] = { name: 'web', image: 'reg.example/web:2' };
  });

const image = (k: Kit) => k.deployment('web').spec.template.spec.containers[0]?.image;

void test('drift is healed only with selfHeal, and removed manifests are pruned only with prune', async (t) => {
  const files = {
    'apps/web/web.yaml': manifest('1'),
    'apps/web/map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: "1"}\n',
  };
  const healing = await gitops(t, files);
  drift(healing.k);
  await healing.k.pass(2);
  assert.equal(image(healing.k), 'reg.example/web:1');
  healing.repo.commit({ 'apps/web/map.yaml': '' });
  await healing.k.pass(2);
  assert.equal(healing.k.world.get('ConfigMap', 'shop', 'settings'), undefined);

  const lax = await gitops(t, files, { syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'] } });
  drift(lax.k);
  await lax.k.pass(2);
  assert.deepEqual([image(lax.k), lax.app().status?.sync?.status], ['reg.example/web:2', 'OutOfSync']);
  lax.repo.commit({ 'apps/web/map.yaml': '' });
  await lax.k.pass(2);
  assert.ok(lax.k.world.get('ConfigMap', 'shop', 'settings'));
  assert.ok(
    lax.app().status?.resources?.some(({ name, requiresPruning }) => name === 'settings' && requiresPruning === true),
  );
});

void test('a manual Application stays OutOfSync and Missing', async (t) => {
  const { k, app } = await gitops(t, { 'apps/web/web.yaml': manifest('1') }, { syncPolicy: {} });
  assert.deepEqual(
    [app().status?.sync?.status, app().status?.health?.status, app().status?.operationState],
    ['OutOfSync', 'Missing', undefined],
  );
  assert.equal(k.world.list('Deployment').length, 0);
});

const named = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

void test('recurse, include and exclude choose the files', async (t) => {
  const files = {
    'apps/web/a.yaml': named('a'),
    'apps/web/b.yml': named('b'),
    'apps/web/sub/c.yaml': `${named('c')}---\n${named('d')}`,
    'apps/web/sub/e-test.yaml': named('e'),
    'apps/web/f.json':
      '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"f"}}]}',
  };
  const names = async (directory: JsonObject) => {
    const source = { repoURL: URL, path: 'apps/web', directory };
    const { k } = await gitops(t, files, { source });
    return k.world
      .list('ConfigMap', 'shop')
      .map(({ metadata }) => metadata.name)
      .filter((name) => name !== 'kube-root-ca.crt')
      .sort()
      .join('');
  };
  assert.equal(await names({}), 'abf');
  assert.equal(await names({ recurse: true }), 'abcdef');
  assert.equal(await names({ recurse: true, exclude: '*-test.yaml' }), 'abcdf');
  assert.equal(await names({ recurse: true, include: '{a.yaml,sub/*}' }), 'acde');
});

for (const [what, source, files, text] of [
  ['path', { repoURL: URL, path: 'nope' }, {}, /rpc error: code = Unknown desc = nope: app path does not exist$/],
  [
    'revision',
    { repoURL: URL, path: 'apps/web', targetRevision: 'gone' },
    {},
    /unable to resolve 'gone' to a commit SHA$/,
  ],
  ['repository', { repoURL: 'https://git.example/other.git', path: 'apps/web' }, {}, /repository not found$/],
  [
    'YAML',
    { repoURL: URL, path: 'apps/web' },
    { 'apps/web/bad.yaml': 'a: [\n' },
    /^Failed to load target state: .*Failed to unmarshal "bad\.yaml": /,
  ],
  [
    'renderer',
    { repoURL: URL, path: 'apps/web' },
    { 'apps/web/kustomization.yaml': 'resources: [web.yaml]\n' },
    /no renderer for Kustomize sources$/,
  ],
] as const) {
  void test(`a missing or broken ${what} is a ComparisonError`, async (t) => {
    const { app } = await gitops(t, { 'apps/web/web.yaml': manifest('1'), ...files }, { source });
    const { status } = app();
    assert.deepEqual([status?.sync?.status, status?.conditions?.[0]?.type], ['Unknown', 'ComparisonError']);
    assert.match(status?.conditions?.[0]?.message ?? '', text);
  });
}

void test('a manifest that the API refuses fails the sync once, until the next commit', async (t) => {
  const { k, repo, sha, app } = await gitops(t, { 'apps/web/web.yaml': manifest('1').replace('image:', 'imagee:') });
  assert.equal(app().status?.operationState?.phase, 'Failed');
  assert.match(
    app().status?.operationState?.message ?? '',
    /^one or more objects failed to apply, reason: .*imagee: field not declared in schema/,
  );
  assert.match(app().status?.conditions?.[0]?.message ?? '', new RegExp(`^Failed last sync attempt to ${sha}: `));
  const { finishedAt } = app().status?.operationState ?? {};
  await k.pass(3);
  assert.equal(app().status?.operationState?.finishedAt, finishedAt);
  repo.commit({ 'apps/web/web.yaml': manifest('1') });
  await k.pass(4);
  assert.deepEqual([app().status?.operationState?.phase, app().status?.conditions], ['Succeeded', undefined]);
});

void test('a stuck operation holds later commits back, and a never-synced Application says OutOfSync', async (t) => {
  const { k, repo, sha, app } = await gitops(t, { 'apps/web/web.yaml': manifest('1') });
  k.world.gitops.stuck.set('web', 'apps/Deployment/web');
  const second = repo.commit({ 'apps/web/web.yaml': manifest('2') });
  await k.pass(3);
  assert.deepEqual(
    [
      app().status?.operationState?.phase,
      app().status?.operationState?.message,
      app().status?.operationState?.finishedAt,
    ],
    ['Running', 'waiting for healthy state of apps/Deployment/web', undefined],
  );
  const third = repo.commit({ 'apps/web/web.yaml': manifest('1', '          args: [a]\n') });
  await k.pass(3);
  assert.deepEqual(
    [app().status?.sync?.status, app().status?.sync?.revision, app().status?.operationState?.syncResult.revision],
    ['OutOfSync', third, second],
  );
  k.world.gitops.stuck.clear();
  await k.pass(4);
  assert.deepEqual([app().status?.sync?.status, app().status?.operationState?.syncResult.revision], ['Synced', third]);
  k.world.gitops.neverSync.add('web');
  const fourth = repo.commit({ 'apps/web/web.yaml': manifest('2') });
  await k.pass(3);
  assert.deepEqual([app().status?.sync?.status, app().status?.sync?.revision], ['OutOfSync', fourth]);
  assert.notEqual(sha, fourth);
});

void test('an app of apps makes its children, and several sources are joined', async (t) => {
  const child = JSON.stringify({
    ...application('child', {
      sources: [
        { repoURL: URL, path: 'apps/web' },
        { repoURL: URL, path: 'apps/more' },
      ],
      source: null,
    }),
  });
  const { k, sha } = await gitops(
    t,
    {
      'apps/web/web.yaml': manifest('1'),
      'apps/more/m.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n',
      'root/child.json': child,
    },
    { source: { repoURL: URL, path: 'root' } },
  );
  const made = k.world.get('Application', 'argocd', 'child') as Application;
  assert.equal(
    made.metadata.annotations?.['argocd.argoproj.io/tracking-id'],
    'web:argoproj.io/Application:argocd/child',
  );
  assert.deepEqual(made.status?.sync?.revisions, [sha, sha]);
  assert.ok(k.world.get('ConfigMap', 'shop', 'more'));
  assert.equal(k.deployment('web').status?.readyReplicas, 1);
});

void test('a renderer can be plugged in', async (t) => {
  const repo = repository(t);
  repo.commit({ 'apps/web/Chart.yaml': 'name: web\n', 'apps/web/values.yaml': 'tag: "2"\n' });
  const k = await kit(t, {
    repositories: new Map([[URL, repo.bare]]),
    render: ({ files }) => {
      const tag = /"(.*)"/.exec(files.get('apps/web/values.yaml') ?? '')?.[1] ?? '';
      return Promise.resolve({
        ok: true,
        type: 'Helm',
        objects: [deployment('web', { image: `reg.example/web:${tag}` })],
      });
    },
  });
  k.world.apply(application('web'));
  await k.pass(3);
  assert.equal((k.world.get('Application', 'argocd', 'web') as Application).status?.sourceType, 'Helm');
  assert.equal(k.deployment('web').spec.template.spec.containers[0]?.image, 'reg.example/web:2');
});
