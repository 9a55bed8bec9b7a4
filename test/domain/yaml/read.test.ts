import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { JsonValue } from '../../../src/domain/json.ts';
import { readDocuments } from '../../../src/domain/yaml/read.ts';

interface Case {
  readonly yaml: string;
  readonly documents?: JsonValue[];
  readonly refused?: true;
  readonly code?: string;
}
const path = new URL('../../../fixtures/yaml/kubernetes-documents.json', import.meta.url);
const fixture = JSON.parse(readFileSync(path, 'utf8')) as { same: Case[]; stricter: Case[] };

function values(text: string): unknown {
  const read = readDocuments(text);
  return read.ok ? read.value.map((document) => document.value) : read.error.code;
}

function problemOf(text: string): { code: string; line?: number; column?: number; excerpt?: string } {
  const read = readDocuments(text, 'a.yaml');
  assert.equal(read.ok, false, text);
  if (read.ok) return { code: '' };
  const { code, place, excerpt = '' } = read.error;
  assert.equal(place?.file, 'a.yaml');
  return { code, line: place?.line ?? 0, column: place?.column ?? 0, excerpt };
}

void test('texts are read as Kubernetes reads them', () => {
  assert.ok(fixture.same.length > 100);
  for (const { yaml, documents, refused } of fixture.same) {
    if (refused) assert.equal(readDocuments(yaml).ok, false, JSON.stringify(yaml));
    else assert.deepEqual(values(yaml), documents, JSON.stringify(yaml));
  }
});

void test('texts that Kubernetes reads in a way nobody means are refused', () => {
  for (const { yaml, code } of fixture.stricter) assert.equal(values(yaml), code, JSON.stringify(yaml));
});

void test('documents are counted by content and know their place', () => {
  const text = '# head\n---\n# nothing\n---\na: 1\n---\nnull\n---\nb: 2\n';
  const read = readDocuments(text);
  assert.ok(read.ok);
  assert.deepEqual(
    read.value.map(({ index, source, firstLine, range }) => [
      index,
      source,
      firstLine,
      text.slice(...range) === source,
    ]),
    [
      [0, 'a: 1\n', 5, true],
      [1, 'b: 2\n', 9, true],
    ],
  );
});

void test('three dashes split only at the start of a line', () => {
  const text = 'a: |\n  x\n  ---\n  y\nb: "q\n  ---"\n---\nc: 1\n';
  assert.deepEqual(values(text), [{ a: 'x\n---\ny\n', b: 'q ---' }, { c: 1 }]);
});

void test('merge keys are merged in the order written, as Go does', () => {
  const text = 'x: &x {a: 1, b: 2}\np: {a: 3, <<: *x}\nq: {<<: *x, a: 3}\nw: {"<<": 1}\n';
  assert.deepEqual(values(text), [{ x: { a: 1, b: 2 }, p: { a: 1, b: 2 }, q: { a: 3, b: 2 }, w: { '<<': 1 } }]);
});

void test('a key called __proto__ is an ordinary key', () => {
  const read = readDocuments('__proto__: {a: 1}\nb: 2\n');
  assert.ok(read.ok);
  const value = read.value[0]?.value ?? null;
  assert.equal(JSON.stringify(value), '{"__proto__":{"a":1},"b":2}');
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

void test('an alias bomb is refused', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 9; i++) lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`);
  assert.equal(values(lines.join('\n')), 'yaml-alias-bomb');
  assert.ok(
    Array.isArray(values(`a: &a {b: 1}\nc: [${'*a, '.repeat(200)}]\n`)),
    'many uses of a small anchor are fine',
  );
});

void test('deep nesting and huge files end in a problem, not in a crash', () => {
  assert.equal(values('['.repeat(9000) + ']'.repeat(9000)), 'yaml-too-large');
  assert.equal(values(`a: ${'x'.repeat(21 * 1024 * 1024)}`), 'yaml-too-large');
});

void test('problems say where', () => {
  assert.deepEqual(problemOf('a: 1\n---\nb: 1\nc:\n  d: 1\n  d: 2\n'), {
    code: 'yaml-duplicate-key',
    line: 6,
    column: 3,
    excerpt: '5 |   d: 1\n6 |   d: 2\n  |   ^\n7 | ',
  });
  assert.equal(problemOf('a: 1\n---\nb: [1\n').line, 4);
  assert.equal(problemOf('a: .inf\n').code, 'yaml-not-json');
  assert.equal(problemOf('a: 1\n--- b\n').line, 2);
});

void test('templates are told from YAML that holds braces', () => {
  for (const text of [
    'a: {{ .Values.x }}\n',
    '{{- if .Values.x }}\na: 1\n{{- end }}\n',
    'a: 1\n{{ include "x" . | indent 2 }}\n',
    'a:\n  - {{ .x }}\n',
    '{% if x %}\na: 1\n{% endif %}\n',
  ]) {
    assert.equal(problemOf(text).code, 'yaml-template', text);
  }
  for (const text of ['a: "{{ .x }}"\n', 'a: pod {{ $labels.pod }} down\n', 'a: |\n  {{ .x }}\n', 'a: {b: {c: 1}}\n']) {
    assert.equal(Array.isArray(values(text)), true, text);
  }
});
