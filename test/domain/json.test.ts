import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonValue } from '../../src/domain/json.ts';
import { canonicalJson, deepEqual, differences, escapePointer, unescapePointer } from '../../src/domain/json.ts';

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>;

void test('law: equal values have equal canonical text, and only they', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      const copy = JSON.parse(JSON.stringify(a)) as JsonValue;
      assert.equal(deepEqual(a, copy), true);
      assert.equal(canonicalJson(a), canonicalJson(copy));
      assert.equal(
        deepEqual(copy, b),
        canonicalJson(copy) === canonicalJson(JSON.parse(JSON.stringify(b)) as JsonValue),
      );
    }),
  );
});

void test('the order of keys does not matter, of items it does', () => {
  assert.equal(canonicalJson({ b: 1, a: [{ d: null, c: 2 }] }), '{"a":[{"c":2,"d":null}],"b":1}');
  assert.equal(deepEqual({ a: 1, b: 2 }, { b: 2, a: 1 }), true);
  assert.equal(deepEqual([1, 2], [2, 1]), false);
  assert.equal(deepEqual({ a: 1 }, { b: 1 }), false);
  assert.equal(deepEqual([], {}), false);
});

void test('differences are leaves, or whole where one side has nothing', () => {
  const before = { a: { b: 1, c: [1, 2] }, d: 'x', 'e/f': 1 };
  const after = { a: { b: 2, c: [1, 2, 3] }, 'e/f': { g: 1 } };
  assert.deepEqual(differences(before, after), [
    { pointer: '/a/b', before: 1, after: 2 },
    { pointer: '/a/c/2', before: undefined, after: 3 },
    { pointer: '/d', before: 'x', after: undefined },
    { pointer: '/e~1f', before: 1, after: { g: 1 } },
  ]);
});

void test('keys that objects inherit are ordinary keys', () => {
  assert.deepEqual(differences({ constructor: 1 }, {}), [{ pointer: '/constructor', before: 1, after: undefined }]);
  assert.equal(canonicalJson(JSON.parse('{"__proto__":{"a":1}}') as JsonValue), '{"__proto__":{"a":1}}');
  assert.equal(deepEqual({ toString: 1 }, { valueOf: 1 }), false);
});

void test('law: no difference exactly where values are equal', () => {
  fc.assert(fc.property(json, json, (a, b) => assert.equal(differences(a, b).length === 0, deepEqual(a, b))));
});

void test('law: pointer segments survive escaping', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.equal(unescapePointer(escapePointer(text)), text)));
});
