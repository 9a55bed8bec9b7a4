import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKustomizeRenderer } from '../../../src/adapters/render/kustomize.ts';
import { parseImage } from '../../../src/adapters/render/kustomize-options.ts';
import type { KustomizeSource } from '../../../src/domain/kubernetes/application.ts';
import type { JsonValue } from '../../../src/domain/json.ts';
import { getField } from '../../../src/domain/field-path.ts';
import { fieldPath } from '../../support/cases.ts';
import { checkoutOf, configMap, names, refusal, rendered, requestFor } from '../../support/renders.ts';
import { tools } from '../../support/tools.ts';

const renderer = createKustomizeRenderer({ binaries: tools() });
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "registry.example.com/web:1"}]}
`;
const FILES = { 'app/kustomization.yaml': 'resources: [deployment.yaml]\n', 'app/deployment.yaml': DEPLOYMENT };

async function field(kustomize: KustomizeSource, path: string, files = FILES): Promise<JsonValue | undefined> {
  using checkout = checkoutOf(files);
  const { objects } = await rendered(renderer, requestFor(checkout.directory, { kustomize }));
  return getField(objects.find(({ ref }) => ref.kind === 'Deployment')?.object, fieldPath(path));
}

test('applies the Application’s options as Argo CD does', async () => {
  const image = 'spec.template.spec.containers[name=web].image';
  assert.equal(await field({ images: ['registry.example.com/web:2'] }, image), 'registry.example.com/web:2');
  assert.equal(await field({ images: ['registry.example.com/web=mirror/web:3'] }, image), 'mirror/web:3');
  assert.equal(await field({ replicas: [{ name: 'web', count: '4' }] }, 'spec.replicas'), 4);
  assert.equal(await field({ namePrefix: 'a-', nameSuffix: '-z' }, 'metadata.name'), 'a-web-z');
  assert.equal(await field({ namespace: 'deep' }, 'metadata.namespace'), 'deep');
  assert.equal(await field({ commonLabels: { team: '$ARGOCD_APP_NAME' } }, 'spec.selector.matchLabels.team'), 'web');
  assert.equal(await field({ commonLabels: { team: 'a' }, labelWithoutSelector: true }, 'metadata.labels.team'), 'a');
  assert.equal(
    await field({ commonLabels: { team: 'a' }, labelWithoutSelector: true }, 'spec.selector.matchLabels.team'),
    undefined,
  );
  assert.equal(await field({ commonAnnotations: { note: '$x' } }, 'metadata.annotations.note'), '$x');
  const patch = '- {op: replace, path: /spec/replicas, value: 9}';
  assert.equal(await field({ patches: [{ target: { kind: 'Deployment' }, patch }] }, 'spec.replicas'), 9);
});

test('options beat the files of the folder, an image entry is replaced whole', async () => {
  const files = {
    ...FILES,
    'app/kustomization.yaml':
      'resources: [deployment.yaml]\nimages: [{name: registry.example.com/web, newName: old.example.com/web, newTag: "1"}]\nnamePrefix: b-\n',
  };
  const image = 'spec.template.spec.containers[name=web].image';
  assert.equal(
    await field({ images: ['registry.example.com/web:2'], namePrefix: 'a-' }, image, files),
    'registry.example.com/web:2',
  );
  assert.equal(await field({ images: ['registry.example.com/web=*:2'] }, image, files), 'old.example.com/web:2');
  assert.equal(await field({ namePrefix: 'a-' }, 'metadata.name', files), 'a-web');
});

test('components that are missing are left out only when the Application says so', async () => {
  const kustomize = { components: ['../gone'], ignoreMissingComponents: true };
  assert.equal(await field(kustomize, 'spec.replicas'), 1);
  using checkout = checkoutOf(FILES);
  const answer = await refusal(renderer, requestFor(checkout.directory, { kustomize: { components: ['../gone'] } }));
  assert.equal(answer.code, 'render-failed');
});

test('image overrides are read as kustomize reads them', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  assert.deepEqual(parseImage('a=b:1'), { name: 'a', newName: 'b', newTag: '1' });
  assert.deepEqual(parseImage('host:5000/a=host:5000/b'), { name: 'host:5000/a', newName: 'host:5000/b' });
  assert.deepEqual(parseImage('host:5000/a:2'), { name: 'host:5000/a', newTag: '2' });
  assert.deepEqual(parseImage(`a@${digest}`), { name: 'a', digest });
  assert.equal(parseImage('host:5000/a'), undefined);
});

test('lists every file that the build reads, elsewhere in the repository too', async () => {
  using checkout = checkoutOf({
    'app/kustomization.yaml':
      'resources: [../base]\nconfigMapGenerator: [{name: c, files: [key=data.txt], envs: [x.env]}]\npatches: [{path: p.yaml}]\n',
    'app/data.txt': 'some text',
    'app/x.env': 'A=1\n',
    'app/p.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n',
    'app/unused.yaml': configMap('unused'),
    'base/kustomization.yml': 'resources:\n- ../deployment.yaml\n',
    'deployment.yaml': DEPLOYMENT,
  });
  // kustomize itself refuses files outside their root; the folder of a base is one.
  const answer = await renderer.render(requestFor(checkout.directory, {}));
  assert.ok(!answer.ok);
  const inputs = renderer.inputs(requestFor(checkout.directory, {}));
  assert.ok(inputs.ok);
  assert.deepEqual(
    inputs.value.map(({ path }) => path),
    ['app/data.txt', 'app/kustomization.yaml', 'app/p.yaml', 'app/x.env', 'base/kustomization.yml', 'deployment.yaml'],
  );
});

async function refused(kustomization: string): Promise<{ code: string; message: string }> {
  using checkout = checkoutOf({ 'app/kustomization.yaml': kustomization });
  return refusal(renderer, requestFor(checkout.directory, {}));
}

test('refuses by name what needs the network, plugins, Helm or files outside', async () => {
  for (const remote of ['https://github.com/org/base?ref=v1', 'github.com/org/base', 'git@github.com:org/base.git']) {
    const answer = await refused(`resources: ["${remote}"]\n`);
    assert.equal(answer.code, 'not-supported');
    assert.match(answer.message, /remote base/);
  }
  assert.equal((await refused('resources: [../../../../etc]\n')).code, 'not-supported');
  assert.equal((await refused('resources: [/etc]\n')).code, 'not-supported');
  const helm = await refused('helmCharts: [{name: a, repo: "https://charts.example.com", version: "1"}]\n');
  assert.equal(helm.code, 'not-supported');
});

test('files behind a symlink that leads outside are not given to the program', async () => {
  using checkout = checkoutOf({
    'app/kustomization.yaml': 'configMapGenerator: [{name: c, files: [stolen]}]\n',
    'app/stolen': '->/etc/hostname',
  });
  assert.equal((await refusal(renderer, requestFor(checkout.directory, {}))).code, 'render-failed');
});

/** Folders of renders that are still there. */
function left(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('remendo-render-'));
}

/** A program that does what a test says, as a script of the shell. */
function fake(script: string): { readonly path: string } & Disposable {
  const folder = checkoutOf({ kustomize: `#!/bin/sh\n${script}\n` });
  const path = join(folder.directory, 'kustomize');
  execFileSync('chmod', ['+x', path]);
  return { path, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

test('runs are bounded in time and output, see nothing of our environment, and leave no files behind', async () => {
  using checkout = checkoutOf(FILES);
  const request = requestFor(checkout.directory, {});
  // A temporary folder of its own: other tests render at the same time.
  using own = checkoutOf({});
  const usual = process.env.TMPDIR;
  process.env.TMPDIR = own.directory;
  process.env.REMENDO_TEST_SECRET = 'do-not-leak';
  {
    using program = fake('/usr/bin/env | /bin/grep -c leak; echo "apiVersion: v1"; echo "kind: $HOME"');
    const answer = await createKustomizeRenderer({ binaries: { kustomize: program.path } }).render(request);
    assert.ok(!answer.ok);
    using env = fake('/usr/bin/env >&2; exit 1');
    const told = await refusal(createKustomizeRenderer({ binaries: { kustomize: env.path } }), request);
    assert.doesNotMatch(told.message, /leak/);
  }
  delete process.env.REMENDO_TEST_SECRET;
  {
    using program = fake('/bin/sleep 30 & /bin/sleep 30');
    const slow = createKustomizeRenderer({
      binaries: { kustomize: program.path },
      limits: { timeout: 150, output: 1000 },
    });
    assert.equal((await refusal(slow, request)).code, 'render-timeout');
    const abort = new AbortController();
    const waiting = refusal(createKustomizeRenderer({ binaries: { kustomize: program.path } }), {
      ...request,
      signal: abort.signal,
    });
    abort.abort();
    assert.equal((await waiting).code, 'render-timeout');
  }
  {
    using program = fake('while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done');
    const loud = createKustomizeRenderer({
      binaries: { kustomize: program.path },
      limits: { timeout: 20_000, output: 5000 },
    });
    const answer = await refusal(loud, request);
    assert.equal(answer.code, 'render-failed');
    assert.match(answer.message, /more than 5000 bytes/);
  }
  assert.deepEqual(left(), []);
  if (usual === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usual;
});

test('a missing program is a clear error', async () => {
  using checkout = checkoutOf(FILES);
  const none = createKustomizeRenderer({ binaries: { searchPath: '/nowhere' } });
  const answer = await refusal(none, requestFor(checkout.directory, {}));
  assert.equal(answer.code, 'binary-missing');
  assert.deepEqual(names(await rendered(renderer, requestFor(checkout.directory, {}))), ['Deployment/web']);
});
