import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { readApplications } from '../../src/app/applications-file.ts';
import { readOperations } from '../../src/app/operations-file.ts';

function file(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'remendo-input-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'input.yaml');
  writeFileSync(path, text);
  return path;
}

const application = (name: string): string =>
  `{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: ${name}}, spec: {destination: {}}}`;

/** Names of the Applications, or the code of the problem. */
function names(path: string): readonly string[] | string {
  const read = readApplications(path);
  return read.ok ? read.value.map(({ metadata }) => metadata.name) : read.error.code;
}

test('Applications are found in documents and in lists, among other objects', (t) => {
  const other = '{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}';
  assert.deepEqual(names(file(t, application('a'))), ['a']);
  assert.deepEqual(names(file(t, [other, application('a'), '', application('b')].join('\n---\n'))), ['a', 'b']);
  for (const kind of ['List', 'ApplicationList']) {
    const list = `{apiVersion: v1, kind: ${kind}, items: [${application('a')}, ${other}, ${application('b')}]}`;
    assert.deepEqual(names(file(t, list)), ['a', 'b'], kind);
  }
});

test('a file without Applications, and one that cannot be read, say so', (t) => {
  assert.equal(names(file(t, 'kind: Application\napiVersion: example.com/v1\n')), 'application-missing');
  assert.equal(names(file(t, 'kind: List\nitems: []\n')), 'application-missing');
  assert.equal(names(file(t, '')), 'application-missing');
  assert.equal(names(join(tmpdir(), 'remendo-no-such-folder', 'a.yaml')), 'application-missing');
  const folder = readApplications(tmpdir());
  assert.match(folder.ok ? '' : folder.error.message, /EISDIR/, 'why it cannot be read is told');
  assert.equal(names(file(t, application('a').replace('metadata: {name: a}', 'metadata: {}'))), 'application-invalid');
  assert.equal(typeof names(file(t, 'a: [')), 'string');
});

const DECLARED = {
  spec: { containers: [{ name: 'sidecar' }, { name: 'web', image: 'a/b' }], 'a/b': { 'c~d': 1 } },
};

test('operations are read as RFC 6902 writes them; list items are named by their merge key', (t) => {
  const text = `
- {op: test, path: /spec/containers/1/image, value: a/b}
- {op: replace, path: /spec/containers/1/image, value: 'a/b:1.20'}
- {op: add, path: /spec/containers/1/args, value: [1, null, {a: true}]}
- {op: remove, path: /spec/a~1b/c~0d}
`;
  const read = readOperations(file(t, text), DECLARED);
  assert.ok(read.ok, read.ok ? '' : read.error.message);
  const web = ['spec', 'containers', { key: 'name', value: 'web' }];
  assert.deepEqual(read.value, [
    { op: 'test', path: [...web, 'image'], value: 'a/b' },
    { op: 'replace', path: [...web, 'image'], value: 'a/b:1.20' },
    { op: 'add', path: [...web, 'args'], value: [1, null, { a: true }] },
    { op: 'remove', path: ['spec', 'a/b', 'c~d'] },
  ]);
  assert.deepEqual(readOperations(file(t, '[{"op":"remove","path":"/spec"}]'), DECLARED), {
    ok: true,
    value: [{ op: 'remove', path: ['spec'] }],
  });
});

test('operations that are none are refused, with the form that is wanted', (t) => {
  for (const text of [
    '',
    'a: 1',
    '- {op: move, from: /a, path: /b}',
    '- {op: add, path: /a}',
    '- {op: remove, path: a}',
    '- {op: replace, path: /a}',
    '- {op: replace, value: 1}',
  ]) {
    const read = readOperations(file(t, text), DECLARED);
    assert.equal(read.ok ? 'ok' : read.error.code, 'operations-invalid', text);
    assert.match(read.ok ? '' : (read.error.hint ?? ''), /write a list of/);
  }
  const missing = readOperations(join(tmpdir(), 'remendo-no-such-folder', 'a.yaml'), DECLARED);
  assert.equal(missing.ok ? 'ok' : missing.error.code, 'operations-missing');
});
