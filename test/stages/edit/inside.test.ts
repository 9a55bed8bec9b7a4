import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Operation } from '../../../src/domain/change.ts';
import { add, editedBy, path, remove, replace } from './edits.ts';

function inside(text: string, at: string, ...operations: Operation[]): string {
  return editedBy(text, { document: { index: 0 }, operations, inside: { path: path(at) } });
}

const VALUES = `spec:
  helm:
    values: |
      # for production
      image:
        tag: "1.0"   # renovate

      list: [a]
    other: 1
`;

void test('YAML in a literal block is edited in its lines', () => {
  assert.equal(inside(VALUES, 'spec.helm.values', replace('image.tag', '2.0')), VALUES.replace('"1.0"', '"2.0"'));
  assert.equal(
    inside(VALUES, 'spec.helm.values', add('image.pull', { a: [1] })),
    VALUES.replace('# renovate\n', '# renovate\n        pull:\n          a:\n          - 1\n'),
  );
  assert.equal(inside(VALUES, 'spec.helm.values', remove('list')), VALUES.replace('      list: [a]\n', ''));
  assert.equal(inside(VALUES, 'spec.helm.values', add('z', 1)), VALUES.replace('[a]\n', '[a]\n      z: 1\n'));
  const crlf = VALUES.replaceAll('\n', '\r\n');
  assert.equal(inside(crlf, 'spec.helm.values', add('z', 1)), crlf.replace('[a]\r\n', '[a]\r\n      z: 1\r\n'));
});

void test('an inline patch keeps its missing line break and its indentation indicator', () => {
  const patch = 'patches:\n- patch: |-\n    - op: replace\n      path: /a\n      value: 1';
  assert.equal(inside(patch, 'patches[0].patch', replace('[0].value', 2)), patch.replace('value: 1', 'value: 2'));
  assert.equal(
    inside(patch, 'patches[0].patch', { op: 'add', path: ['-'], value: { op: 'remove', path: '/b' } }),
    `${patch}\n    - op: remove\n      path: /b`,
  );
  const indicator = 'a: |2\n    b: 1\n    c: 2\nd: 1\n';
  assert.equal(inside(indicator, 'a', replace('c', 3)), 'a: |2\n    b: 1\n    c: 3\nd: 1\n');
});

void test('YAML in a quoted string of one line is written anew', () => {
  assert.equal(inside('a: "b: 1\\nc: 2\\n"\nd: 1\n', 'a', replace('c', 3)), 'a: "b: 1\\nc: 3\\n"\nd: 1\n');
  assert.equal(inside("a: '{b: 1, c: x}'\n", 'a', replace('c', 'it')), "a: '{b: 1, c: it}'\n");
  assert.equal(inside('a: \'{"b": 1}\'\n', 'a', replace('b', 2)), 'a: \'{"b": 2}\'\n');
});

void test('edits inside and outside of the same document', () => {
  const text = editedBy(
    VALUES,
    { document: { index: 0 }, operations: [replace('image.tag', '2')], inside: { path: path('spec.helm.values') } },
    { document: { index: 0 }, operations: [replace('spec.helm.other', 2)] },
    { document: { index: 0 }, operations: [add('image.x', 1)], inside: { path: path('spec.helm.values') } },
  );
  assert.equal(
    text,
    VALUES.replace('"1.0"   # renovate\n', '"2"   # renovate\n        x: 1\n').replace('other: 1', 'other: 2'),
  );
});

void test('what cannot be edited inside is refused', () => {
  assert.match(inside('a: >\n  b: 1\n\n  c: 2\n', 'a', replace('b', 2)), /^edit-unsupported/);
  assert.match(inside('a: "b: 1\n\n  c: 2"\n', 'a', replace('b', 2)), /^edit-unsupported/);
  assert.match(inside('a: 1\n', 'a', replace('b', 2)), /^edit-unsupported/);
  assert.match(inside('a: |\n  b: {{ .x }}\n', 'a', replace('b', 2)), /^yaml-template/);
  assert.match(inside('a: |\n  b: 1\n  ---\n  c: 1\n', 'a', replace('b', 2)), /^document-ambiguous/);
  assert.match(inside('a: |\n  # nothing\n', 'a', replace('b', 2)), /^document-not-found/);
  assert.match(inside('a: |\n  b: 1\n', 'a', replace('c', 2)), /^edit-not-found: in a: there is no c/);
  assert.match(inside('a: &a |\n  b: 1\nc: *a\n', 'a', replace('b', 2)), /^edit-anchor/);
});
