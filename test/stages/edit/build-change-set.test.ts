import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceEdit } from '../../../src/domain/change-set.ts';
import { buildChangeSet } from '../../../src/stages/edit/build-change-set.ts';
import { add, replace } from './edits.ts';

const FILES: Record<string, string> = {
  'team/api.yaml': Array.from({ length: 12 }, (_, i) => `k${i}: ${i}\n`).join(''),
  'team/crlf.yaml': 'a: 1\r\nb: 2',
  'chart/Chart.yaml': 'name: x\n',
  'chart/templates/a.yaml': 'a: 1\n',
  'other/templates/a.yaml': 'a: 1\n',
  'hydrated/hydrator.metadata': '{}',
  'hydrated/manifest.yaml': 'a: 1\n',
  'x.yaml.tpl': 'a: 1\n',
};

function read(path: string): string | undefined {
  return FILES[path];
}

function build(...edits: SourceEdit[]): ReturnType<typeof buildChangeSet> {
  return buildChangeSet({
    repoURL: 'https://git.example/r.git',
    baseRevision: 'abc',
    edits,
    place: 'the manifest',
    read,
  });
}

function edit(path: string, ...operations: SourceEdit['operations']): SourceEdit {
  return { path, document: { index: 0 }, operations };
}

void test('files are changed once each, with a unified diff and the first changed line', () => {
  const edits = [
    edit('team/api.yaml', replace('k5', 50)),
    edit('team/crlf.yaml', add('c', 3)),
    edit('team/api.yaml', replace('k7', 70)),
  ];
  const built = build(...edits);
  assert.ok(built.ok);
  const [api, crlf] = built.value.files;
  assert.equal(built.value.files.length, 2);
  assert.deepEqual(built.value.edits, edits);
  assert.equal(
    api?.diff,
    `--- a/team/api.yaml
+++ b/team/api.yaml
@@ -3,9 +3,9 @@
 k2: 2
 k3: 3
 k4: 4
-k5: 5
+k5: 50
 k6: 6
-k7: 7
+k7: 70
 k8: 8
 k9: 9
 k10: 10
`,
  );
  assert.equal(api?.line, 6);
  assert.equal(crlf?.after, 'a: 1\r\nb: 2\r\nc: 3');
  assert.equal(crlf?.line, 3);
  assert.match(
    crlf?.diff ?? '',
    /-b: 2\n\\ No newline at end of file\n\+b: 2\r\n\+c: 3\n\\ No newline at end of file\n$/,
  );
});

function code(path: string): string {
  const built = build(edit(path, replace('a', 2)));
  return built.ok ? 'ok' : built.error.code;
}

void test('files that must not be edited are refused by their path', () => {
  assert.equal(code('chart/templates/a.yaml'), 'yaml-template');
  assert.equal(code('other/templates/a.yaml'), 'ok');
  assert.equal(code('hydrated/manifest.yaml'), 'generated-file');
  assert.equal(code('x.yaml.tpl'), 'yaml-template');
  assert.equal(code('missing.yaml'), 'file-missing');
});

void test('a file that says it already is no change', () => {
  const built = build(edit('team/api.yaml', replace('k5', 5)));
  assert.equal(built.ok ? 'ok' : built.error.code, 'edit-no-change');
});
