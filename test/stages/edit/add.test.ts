import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Operation } from '../../../src/domain/change.ts';
import { add, codeOf, edited, path } from './edits.ts';

const append = (at: string, value: string): Operation => ({ op: 'add', path: [...path(at), '-'], value });

void test('a key is added beside its siblings', () => {
  assert.equal(edited('a:\n    b: 1  # c\n\nd: 1\n', add('a.c', 2)), 'a:\n    b: 1  # c\n    c: 2\n\nd: 1\n');
  assert.equal(edited('a:\n- name: x\n- name: y\n', add('a[name=x].v', '1')), 'a:\n- name: x\n  v: "1"\n- name: y\n');
  assert.equal(edited('a: 1', add('b', 'x')), 'a: 1\nb: x');
  assert.equal(edited('a: 1\r\n', add('b', { c: 'x' })), 'a: 1\r\nb:\r\n  c: x\r\n');
  assert.equal(edited('a: |\n  x\n\nb: 1\n', add('c', 1)), 'a: |\n  x\n\nb: 1\nc: 1\n');
  assert.equal(
    edited('a:\n  b: |-\n    x\n# about d\nd: 1\n', add('a.c', 1)),
    'a:\n  b: |-\n    x\n  c: 1\n# about d\nd: 1\n',
  );
});

void test('an added key replaces one that is there, as in JSON Patch', () => {
  assert.equal(edited('a: 1 # c\n', add('a', 2)), 'a: 2 # c\n');
});

void test('a key goes into braces', () => {
  assert.equal(edited('a: {b: 1}  # c\n', add('a.c', 'x')), 'a: {b: 1, c: x}  # c\n');
  assert.equal(edited('a: { b: 1 }\n', add('a.c', ['x'])), 'a: { b: 1, c: [x] }\n');
  assert.equal(edited('a: { }\n', add('a.c', 'x')), 'a: { c: x }\n');
  assert.equal(edited('a: {}  # c\n', add('a.c', { d: 1 })), 'a:  # c\n  c:\n    d: 1\n');
  assert.equal(edited('a: {\n  b: 1, # c\n}\n', add('a.c', 2)), 'a: {\n  b: 1, # c\n  c: 2,\n}\n');
  assert.equal(edited('a: {\n  b: 1 # c\n  }\n', add('a.c', 2)), 'a: {\n  b: 1, # c\n  c: 2\n  }\n');
  assert.equal(edited('{\n  "a": "x"\n}\n', add('b', 'y')), '{\n  "a": "x",\n  "b": "y"\n}\n');
  assert.equal(edited('a: {"b": "x"}\n', add('a.c', 'y')), 'a: {"b": "x", "c": "y"}\n');
});

void test('an item is added in the manner of the list', () => {
  assert.equal(edited('a:\n- b\n', append('a', 'c')), 'a:\n- b\n- c\n');
  assert.equal(edited('a:\n  - "b"\nc: 1\n', append('a', 'd')), 'a:\n  - "b"\n  - "d"\nc: 1\n');
  assert.equal(edited("a: ['b']\n", append('a', 'c')), "a: ['b', 'c']\n");
  assert.equal(edited('a: []\n', append('a', 'c')), 'a: [c]\n');
  assert.equal(
    edited('a:\n- name: x # c\n# about y\n- name: y\n', add('a[name=z]', { name: 'z', v: { w: 1 } })),
    'a:\n- name: x # c\n# about y\n- name: y\n- name: z\n  v:\n    w: 1\n',
  );
  assert.equal(edited('a:\n- {name: x}\n', add('a[name=v]', { name: 'v' })), 'a:\n- {name: x}\n- {name: v}\n');
  assert.equal(
    edited('a:\n-   name: x\n', add('a[name=w]', { name: 'w', v: 1 })),
    'a:\n-   name: x\n-   name: w\n    v: 1\n',
  );
  assert.equal(edited('a: []\n', add('a[name=y]', { name: 'y' })), 'a:\n- name: "y"\n');
});

void test('of items in braces and items in lines the new one is in lines, with the blanks of the others', () => {
  const mixed = 'a:\n-   name: x\n    v: 1\n-   {name: y, v: 2}\n';
  assert.equal(edited(mixed, add('a[name=z]', { name: 'z', v: 3 })), `${mixed}-   name: z\n    v: 3\n`);
  assert.equal(edited('a:\n-   {v: 1}\n', add('a[1]', { v: 2 })), 'a:\n-   {v: 1}\n-   {v: 2}\n');
});

void test('an item is put before another', () => {
  assert.equal(edited('a:\n# about b\n- b\n- c\n', add('a[0]', 'x')), 'a:\n- x\n# about b\n- b\n- c\n');
  assert.equal(edited('a:\n- b # b\n# about c\n- c\n', add('a[1]', 'x')), 'a:\n- b # b\n- x\n# about c\n- c\n');
  assert.equal(edited('a: [b, c]\n', add('a[1]', 'x')), 'a: [b, x, c]\n');
});

void test('an item with a merge key that is there is not added again', () => {
  assert.equal(codeOf('a:\n- name: x\n', add('a[name=x]', { name: 'x' })), 'not-applicable');
  assert.equal(codeOf('a:\n- name: x\n', add('a[name=y]', { name: 'z' })), 'not-applicable');
});

void test('a string with line breaks does not swallow the comment below it', () => {
  const after = edited('a: x\n  # deeper\nb: 1\n', add('a', 'one\ntwo\n'));
  assert.equal(after, 'a: "one\\ntwo\\n"\n  # deeper\nb: 1\n');
});

void test('a file with nothing in it gets its first entry', () => {
  assert.equal(edited('', add('a', 1)), 'a: 1\n');
  assert.equal(edited('# none yet\n', add('a', { b: 'on' })), '# none yet\na:\n  b: "on"\n');
  assert.equal(edited('# none yet', add('a', 1)), '# none yet\na: 1');
  assert.equal(edited('---\r\n# none\r\n', add('a', 1), add('b', 2)), '---\r\n# none\r\na: 1\r\nb: 2\r\n');
  assert.equal(edited('# c\n{}\n', add('a', { b: 1 })), '# c\na:\n  b: 1\n');
  assert.equal(edited('{ } # c\n', add('a', 1)), '{ a: 1 } # c\n');
  assert.equal(codeOf('', { op: 'replace', path: path('a'), value: 1 }), 'edit-not-found');
});
