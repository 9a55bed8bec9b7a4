import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldPath } from '../../../src/domain/field-path.ts';
import { locateField } from '../../../src/domain/yaml/locate.ts';
import { readDocuments } from '../../../src/domain/yaml/read.ts';

const TEXT = `kind: A
---
kind: B
spec:
  base: &base {cpu: 1, memory: 2Gi}
  list:
  - name: web
    image: "x:1"
  - name: db
    <<: *base
  same: *base
  empty:
  text: |
    a: b
`;

function at(path: FieldPath): unknown {
  const read = readDocuments(TEXT);
  const document = read.ok ? read.value[1] : undefined;
  const found = document && locateField(document, path);
  return found && [found.line, found.column, TEXT.slice(...found.range), found.style, found.shared];
}

void test('a value is found with its line and column in the whole file', () => {
  assert.deepEqual(at(['kind']), [3, 7, 'B', 'plain', false]);
  assert.deepEqual(at(['spec', 'list', { key: 'name', value: 'web' }, 'image']), [8, 12, '"x:1"', 'double', false]);
  assert.deepEqual(at(['spec', 'base', 'memory']), [5, 32, '2Gi', 'plain', false]);
  assert.deepEqual(at(['spec', 'empty']), [12, 9, '', 'empty', false]);
  assert.deepEqual(at(['spec', 'text']), [13, 9, '|\n    a: b\n', 'literal', false]);
  assert.deepEqual(at(['spec', 'list', 0]), [7, 5, 'name: web\n    image: "x:1"\n', 'map', false]);
});

void test('a value behind an alias or a merge key is found at its anchor and said to be shared', () => {
  assert.deepEqual(at(['spec', 'same', 'cpu']), [5, 21, '1', 'plain', true]);
  assert.deepEqual(at(['spec', 'list', 1, 'memory']), [5, 32, '2Gi', 'plain', true]);
  assert.deepEqual(at(['spec', 'same']), [5, 15, '{cpu: 1, memory: 2Gi}', 'map', true]);
});

void test('a list that is hardly more than aliases is no bomb where its document is none', () => {
  const variables = Array.from({ length: 120 }, (_, i) => `- {name: A${i}, value: x}`).join('\n');
  const containers = ['a', 'b', 'c', 'd'].map((name) => `- {name: ${name}, env: *env}`).join('\n');
  const read = readDocuments(`common: &env\n${variables}\ncontainers:\n${containers}\n`);
  const [document] = read.ok ? read.value : [];
  assert.ok(document);
  const path: FieldPath = ['containers', { key: 'name', value: 'b' }, 'env', { key: 'name', value: 'A7' }, 'value'];
  assert.equal(locateField(document, path)?.line, 9);
});

void test('what is not there is not found', () => {
  assert.equal(at(['spec', 'list', 5]), undefined);
  assert.equal(at(['spec', 'list', { key: 'name', value: 'x' }]), undefined);
  assert.equal(at(['spec', 'toString']), undefined);
  assert.equal(at(['kind', 'x']), undefined);
});
