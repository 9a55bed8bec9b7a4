import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edited, remove } from './edits.ts';

/** Each row: text, path, text after. */
const ROWS: readonly (readonly [string, string, string])[] = [
  ['a: 1\nb: 2 # two\nc: 3\n', 'b', 'a: 1\nc: 3\n'],
  ['a: 1\n# about b\nb: 2\n# about c\nc: 3\n', 'b', 'a: 1\n# about c\nc: 3\n'],
  ['# about the file\na: 1\nb: 2\n', 'a', '# about the file\nb: 2\n'],
  ['a: 1\n# a part of its own\n\nb: 2\n', 'b', 'a: 1\n# a part of its own\n\n'],
  ['a:\n  b: 1\n  # inside\n\nc: 1\n', 'a', '\nc: 1\n'],
  ['a:\n  # about b\n  b: 1\n  c: 2\n', 'a.b', 'a:\n  c: 2\n'],
  ['a: 1\nb: 2', 'b', 'a: 1'],
  ['a: 1\r\nb: 2', 'b', 'a: 1'],
  ['a: 1\r\nb: 2\r\n', 'a', 'b: 2\r\n'],
  ['a: # c\n  b: 1\nc: 1\n', 'a.b', 'a: {} # c\nc: 1\n'],
  ['a:\n- x # c\nb: 1\n', 'a[0]', 'a: []\nb: 1\n'],
  ['a:\n- name: x\n  b: 1\n- name: y\n', 'a[name=x].name', 'a:\n- b: 1\n- name: y\n'],
  ['a:\n- name: x\n- name: z\n', 'a[name=z].name', 'a:\n- name: x\n- {}\n'],
  ['a:\n# about x\n- name: x\n  b: 1\n# about y\n- name: y\n', 'a[name=x]', 'a:\n# about y\n- name: y\n'],
  ['a: {b: 1, c: 2}\n', 'a.b', 'a: {c: 2}\n'],
  ['a: { b: 1, c: 2 } # c\n', 'a.c', 'a: { b: 1 } # c\n'],
  ['a: {b: 1}\n', 'a.b', 'a: {}\n'],
  ['a: [x, y, z]\n', 'a[1]', 'a: [x, z]\n'],
  ['a: [\n  x, # one\n  y, # two\n  z # three\n  ]\n', 'a[1]', 'a: [\n  x, # one\n  z # three\n  ]\n'],
  ['a: [\n  x, # one\n  y # two\n  ]\n', 'a[1]', 'a: [\n  x # one\n  ]\n'],
  ['{\n  "a": 1,\n  "b": 2\n}\n', 'b', '{\n  "a": 1\n}\n'],
  ['a: |\n  x\n  # not a comment\nb: 1\n', 'b', 'a: |\n  x\n  # not a comment\n'],
  ['a: |+\n  x\n\n\nb: 1\nc: 1\n', 'a', 'b: 1\nc: 1\n'],
  ['- - a\n  - b\n- c\n', '[0][1]', '- - a\n- c\n'],
  ['- - a\n  - b\n- c\n', '[0][0]', '- - b\n- c\n'],
  ['a: 1\n', 'a', '{}\n'],
];

void test('a key or item goes with its line and its comments, and the comments of others stay', () => {
  for (const [before, at, after] of ROWS) assert.equal(edited(before, remove(at)), after, JSON.stringify(before));
});

void test('operations on one list see what the ones before did', () => {
  const before = 'a:\n- name: x\n- name: y\n- name: z\n';
  assert.equal(edited(before, remove('a[0]'), remove('a[0]'), remove('a[name=z]')), 'a: []\n');
});
