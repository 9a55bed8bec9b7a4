import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, edited, remove } from './edits.ts';

/** Each row: a map `a` with the key `ol`, and the text with the key `old`. */
const RENAMED: readonly (readonly [string, string])[] = [
  ['a:\n  # first\n  ol: "x" # why\n  z: 1\n', 'a:\n  # first\n  old: "x" # why\n  z: 1\n'],
  ['a: {ol: "x", z: 1}\n', 'a: {old: "x", z: 1}\n'],
  ['{"a": {"ol": "x", "z": 1}}', '{"a": {"old": "x", "z": 1}}'],
  ["a:\r\n  'ol': x\r\n", "a:\r\n  'old': x\r\n"],
];

void test('a key that comes back under another name is renamed where it stands, in either order', () => {
  for (const [before, after] of RENAMED) {
    assert.equal(edited(before, remove('a.ol'), add('a.old', 'x')), after);
    assert.equal(edited(before, add('a.old', 'x'), remove('a.ol')), after);
  }
});

void test('with another value, or in another map, it is not the same key', () => {
  const text = 'a:\n  ol: x # why\n  z: 1\nb:\n  c: 2\n';
  assert.equal(edited(text, remove('a.ol'), add('a.old', 'q')), 'a:\n  z: 1\n  old: q\nb:\n  c: 2\n');
  assert.equal(edited(text, remove('a.ol'), add('b.ol', 'x')), 'a:\n  z: 1\nb:\n  c: 2\n  ol: x\n');
});

void test('a name that is there already takes the value', () => {
  assert.equal(edited('a: {ol: x, old: y}\n', remove('a.ol'), add('a.old', 'x')), 'a: {old: x}\n');
});
