import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { declaredApplications } from '../../../src/stages/locate/discovery.ts';
import { selectFiles, selectFolders } from '../../../src/stages/locate/set-globs.ts';

const REPO = 'https://git.example.com/team/gitops.git';

function write(t: TestContext, files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'remendo-sets-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

/** The Applications that a set with these generators makes: name and path of each, sorted. */
function made(t: TestContext, generators: string, template: Template, files: Readonly<Record<string, string>> = {}) {
  const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all, namespace: argocd}
spec:
  goTemplate: ${template.go}
  generators:
${generators.replaceAll(/^/gm, '  ')}
  template:
    metadata: {name: '${template.name}'}
    spec:
      project: default
      source: {repoURL: '${REPO}', targetRevision: main, path: '${template.path}'}
      destination: {server: https://kubernetes.default.svc, namespace: web}
`;
  const directory = write(t, { ...files, 'set.yaml': set });
  return declaredApplications({ repoURL: REPO, directory, revision: '0'.repeat(40) })
    .map(({ application, spec }) => `${application.name} ${spec.source?.path ?? ''}`)
    .sort();
}

interface Template {
  readonly go: boolean;
  readonly name: string;
  readonly path: string;
}

const BY_FOLDER: Template = { go: true, name: '{{.path.basename}}', path: '{{.path.path}}' };
const FOLDERS = {
  'apps/web/deployment.yaml': 'a: 1\n',
  'apps/job/base/deployment.yaml': 'a: 1\n',
  'apps/old/deployment.yaml': 'a: 1\n',
  '.github/workflows/ci.yaml': 'a: 1\n',
};

test('folders: each that matches, none that is excluded, none that is hidden', (t) => {
  const git = (directories: string): string =>
    `- git: {repoURL: '${REPO}', revision: main, directories: ${directories}}`;
  const some = git("[{path: 'apps/*'}, {path: apps/old, exclude: true}]");
  assert.deepEqual(made(t, some, BY_FOLDER, FOLDERS), ['job apps/job', 'web apps/web']);
  assert.deepEqual(made(t, git("[{path: '*'}]"), BY_FOLDER, FOLDERS), ['apps apps']);
  const plain = { go: false, name: '{{path.basename}}-{{path[1]}}', path: '{{path}}' };
  assert.deepEqual(made(t, git('[{path: apps/job/*}]'), plain, FOLDERS), ['base-job apps/job/base']);
});

test('folders of another repository are not known', (t) => {
  const other =
    "- git: {repoURL: 'https://git.example.com/team/other.git', revision: main, directories: [{path: '*'}]}";
  assert.deepEqual(made(t, other, BY_FOLDER, FOLDERS), []);
});

test('merge: the first generator decides what there is, the others complete what agrees in the keys', (t) => {
  const generators = `- merge:
    mergeKeys: [env]
    generators:
    - list: {elements: [{env: dev, size: small}, {env: prod, size: small}]}
    - list: {elements: [{env: prod, size: big}, {env: test, size: big}]}
`;
  const template = { go: true, name: 'web-{{.env}}', path: 'sizes/{{.size}}' };
  assert.deepEqual(made(t, generators, template), ['web-dev sizes/small', 'web-prod sizes/big']);
});

test('matrix: each with each, and the second may use what the first gives', (t) => {
  const generators = `- matrix:
    generators:
    - list: {elements: [{team: red}, {team: blue}]}
    - git: {repoURL: '${REPO}', revision: main, directories: [{path: 'teams/{{.team}}/*'}]}
`;
  const template = { go: true, name: '{{.team}}-{{.path.basename}}', path: '{{.path.path}}' };
  const files = { 'teams/red/a/x.yaml': 'a: 1\n', 'teams/blue/b/x.yaml': 'a: 1\n', 'teams/blue/c/x.yaml': 'a: 1\n' };
  assert.deepEqual(made(t, generators, template, files), [
    'blue-b teams/blue/b',
    'blue-c teams/blue/c',
    'red-a teams/red/a',
  ]);
});

test('what cannot be carried out here makes no Application', (t) => {
  const template = { go: true, name: 'web-{{.name}}', path: 'web' };
  for (const generators of [
    '- clusters: {}',
    '- matrix: {generators: [{list: {elements: [{name: a}]}}, {clusters: {}}]}',
    '- merge: {mergeKeys: [name], generators: [{list: {elements: [{name: a}]}}, {clusters: {}}]}',
    '- merge: {mergeKeys: [], generators: [{list: {elements: [{name: a}]}}]}',
  ]) {
    assert.deepEqual(made(t, generators, template), [], generators);
  }
  const list = '- list: {elements: [{name: a}]}';
  assert.deepEqual(
    made(t, list, { ...template, name: '{{.name | noSuchFunction}}' }),
    [],
    'an unknown function is not carried out',
  );
  assert.deepEqual(made(t, list, template), ['web-a web']);
});

test('files are taken as `git ls-files` takes them, over slashes', (t) => {
  const part = fc.constantFrom('a', 'b', 'ab', 'a.b', 'c[1]');
  const paths = fc.uniqueArray(
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `${parts.join('/')}/config.json`),
    { minLength: 1, maxLength: 5 },
  );
  const sign = fc.constantFrom('a', 'b', '.', '*', '**', '**/', '?', '/', '[ab]', '[!a]', '{', ',');
  // Git itself resolves `.`, `..` and doubled slashes, and refuses what begins with a slash.
  const patterns = fc
    .array(sign, { maxLength: 5 })
    .map((parts) => [...parts.join('').split('/'), 'config.json'].filter((one) => !/^\.*$/.test(one)).join('/'));
  fc.assert(
    fc.property(paths, patterns, (files, pattern) => {
      const directory = write(t, Object.fromEntries(files.map((file) => [file, '{}\n'])));
      execFileSync('git', ['init', '-q', directory]);
      execFileSync('git', ['-C', directory, 'add', '-A']);
      const told = execFileSync('git', ['-C', directory, 'ls-files', '-z', '--full-name', '--', pattern]);
      const found = selectFiles(files, [{ path: pattern, exclude: false }]);
      for (const file of told.toString().split('\0').filter(Boolean)) {
        assert.ok(found.includes(file), `${pattern} takes ${file}`);
      }
    }),
    { numRuns: 60 },
  );
});

test('a file that only double stars take is taken too: Argo CD may be told to', () => {
  const files = ['clusters/config.json', 'clusters/eu/config.json', 'clusters/us/config.json'];
  const taken = (path: string): readonly string[] => selectFiles(files, [{ path, exclude: false }]);
  assert.deepEqual(taken('clusters/**/config.json'), files);
  assert.deepEqual(taken('clusters/{eu,us}/config.json'), files.slice(1));
  assert.deepEqual(taken('clusters/{e{u,x},us}/*.json'), files.slice(1));
  assert.deepEqual(selectFiles(['a,b.json', 'a'], [{ path: 'a,b.json', exclude: false }]), ['a,b.json']);
});

test('a pattern that is none takes nothing', () => {
  for (const path of ['clusters/{eu', 'clusters/[z-a]/*', 'clusters/]', 'clusters\\']) {
    const pattern = [{ path, exclude: false }];
    assert.deepEqual([...selectFiles(['clusters/eu'], pattern), ...selectFolders(['clusters/eu'], pattern)], [], path);
  }
});

test("folders are matched as by Go's path.Match", () => {
  // pkg.go.dev/path, func Match.
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['apps/*', 'apps/web', true],
    ['apps/*', 'apps/web/base', false],
    ['apps/**', 'apps/web/base', false],
    ['apps/*/base', 'apps/web/base', true],
    ['apps/we?', 'apps/web', true],
    ['apps?web', 'apps/web', false],
    ['apps/[a-w]eb', 'apps/web', true],
    ['apps/[^a-w]eb', 'apps/web', false],
    ['apps/{web,job}', 'apps/web', false],
    ['apps/a.b', 'apps/axb', false],
    [String.raw`apps/\*`, 'apps/*', true],
    [String.raw`apps/\*`, 'apps/web', false],
    ['*', '.github', false],
  ];
  for (const [path, folder, expected] of cases) {
    const found = selectFolders([folder], [{ path, exclude: false }]);
    assert.equal(found.length === 1, expected, `${path} and ${folder}`);
  }
});
