import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../../src/domain/json.ts';
import { edited, replace } from './edits.ts';

/** Each row: text, path, new value, text after. */
const SCALARS: readonly (readonly [string, string, JsonValue, string])[] = [
  ['a: 24Mi        # why\n', 'a', '256Mi', 'a: 256Mi        # why\n'],
  ['a: "x"  # c\n', 'a', 'y: "z"', 'a: "y: \\"z\\""  # c\n'],
  ["a: 'it''s'\n", 'a', "that's", "a: 'that''s'\n"],
  ["a: 'x'\n", 'a', 'a\tb', 'a: "a\\tb"\n'],
  ['a: x\n', 'a', '0644', 'a: "0644"\n'],
  ["a: x\nb: 'q'\n", 'a', 'yes', "a: 'yes'\nb: 'q'\n"],
  ['a: "8080"\n', 'a', 8080, 'a: 8080\n'],
  ['a: 8080\n', 'a', '8080', 'a: "8080"\n'],
  ['a: x\n', 'a', true, 'a: true\n'],
  ['a: x\n', 'a', null, 'a: null\n'],
  ['a: [x, y]   # c\n', 'a', 'z', 'a: z   # c\n'],
  ['a:\nb: 1\n', 'a', 'x', 'a: x\nb: 1\n'],
  ['a:   # c\nb: 1\n', 'a', 'x', 'a: x   # c\nb: 1\n'],
  ['{a, b: }\n', 'a', 1, '{a: 1, b: }\n'],
  ['- \n- b\n', '[0]', 'x', '- x \n- b\n'],
  ['a: {b: /health, c: 1 }   # keep\n', 'a.b', '/healthz', 'a: {b: /healthz, c: 1 }   # keep\n'],
  ['a: {b: x}\n', 'a.b', 'p,q', 'a: {b: "p,q"}\n'],
  ['a: &x 1\n', 'a', 2, 'a: &x 2\n'],
  ['a: one\n  two\nb: 1\n', 'a', 'x', 'a: x\nb: 1\n'],
  ['a: b\r\nc: d\r\n', 'a', 'x', 'a: x\r\nc: d\r\n'],
  ['\uFEFFa: b\nc: d', 'c', 'x', '\uFEFFa: b\nc: x'],
  ['{"a": 1, "b": "x"}', 'b', 'yes', '{"a": 1, "b": "yes"}'],
  ['a: |\n  one\n  two\nb: 1\n', 'a', 'one\n2\n', 'a: |\n  one\n  2\nb: 1\n'],
  ['a: | # c\n    one\n\nb: 1\n', 'a', 'x', 'a: |- # c\n    x\n\nb: 1\n'],
  ['a: |- # c\n    one\n\nb: 1\n', 'a', 5, 'a: 5 # c\n\nb: 1\n'],
  ['a: x # c\nb: 1\n', 'a', 'one\ntwo\n', 'a: | # c\n  one\n  two\nb: 1\n'],
  ['a: [x]\n', 'a[0]', 'one\ntwo', 'a: ["one\\ntwo"]\n'],
];

void test('a scalar is replaced in place, quoted as it was or as it must be', () => {
  for (const [before, at, value, after] of SCALARS) {
    assert.equal(edited(before, replace(at, value)), after, JSON.stringify(before));
  }
});

function lines(...all: string[]): string {
  return `${all.join('\n')}\n`;
}

void test('a value takes another shape', () => {
  assert.equal(
    edited('a: x  # c\nb: 1\n', replace('a', { c: [1], d: {} })),
    lines('a:  # c', '  c:', '  - 1', '  d: {}', 'b: 1'),
  );
  assert.equal(edited('a:\n    b: 1\nc:\n', replace('c', { d: 1 })), lines('a:', '    b: 1', 'c:', '    d: 1'));
  assert.equal(edited('a:\n  - b\nc: x\n', replace('c', ['d'])), lines('a:', '  - b', 'c:', '  - d'));
  assert.equal(edited('a: # c\n  # about b\n  b: 1\nc: 1\n', replace('a', 'x')), lines('a: x # c', 'c: 1'));
  assert.equal(edited('a:\n  b: 1\nc: 1\n', replace('a', [1, 2])), lines('a:', '- 1', '- 2', 'c: 1'));
  assert.equal(edited('- x\n- y\n', replace('[0]', { a: 1, b: 2 })), lines('- a: 1', '  b: 2', '- y'));
  assert.equal(edited('a: {b: x}\n', replace('a.b', { c: ['yes'] })), 'a: {b: {c: ["yes"]}}\n');
  assert.equal(edited('{"a": "x"}\n', replace('a', { c: ['yes'] })), '{"a": {"c": ["yes"]}}\n');
});

void test('a map in the place of a map changes only the keys that differ', () => {
  const before = 'a:\n  b: 1   # one\n  c: 2   # two\n  d: 3\n';
  assert.equal(edited(before, replace('a', { b: 1, c: 5, e: 6 })), 'a:\n  b: 1   # one\n  c: 5   # two\n  e: 6\n');
});

void test('a list in the place of a list changes only the items that differ', () => {
  const before = 'a:\n- x   # one\n- y\n# about z\n- z\n';
  assert.equal(
    edited(before, replace('a', ['x', 'new', 'more', 'z'])),
    'a:\n- x   # one\n- new\n- more\n# about z\n- z\n',
  );
  assert.equal(edited(before, replace('a', ['z'])), 'a:\n# about z\n- z\n');
});

void test('a merge key of an item may change with the rest of it', () => {
  const before = 'a:\n- name: x\n  v: 1\n';
  assert.equal(edited(before, replace('a[name=x]', { name: 'w', v: 2 })), 'a:\n- name: w\n  v: 2\n');
});

void test('what is there already is not written', () => {
  assert.equal(edited('a: 0x10\nb: {c: [1]}\n', replace('a', 16), replace('b', { c: [1] })), 'a: 0x10\nb: {c: [1]}\n');
});

void test('a text with line breaks that is written with escapes stays so', () => {
  assert.equal(edited('a: "x\\ny\\n" # c\n', replace('a', 'x\nz\n')), 'a: "x\\nz\\n" # c\n');
});
