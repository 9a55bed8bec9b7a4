import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonValue } from '../../../src/domain/json.ts';
import { readDocuments } from '../../../src/domain/yaml/read.ts';
import { keyText, resolvePlain } from '../../../src/domain/yaml/scalar.ts';

interface Answer {
  readonly value?: JsonValue;
  readonly key?: string | null;
  readonly refused?: true;
}
interface Fixture {
  readonly values: Readonly<Record<string, Answer>>;
  readonly keys: Readonly<Record<string, Answer>>;
}

const path = new URL('../../../fixtures/yaml/kubernetes-scalars.json', import.meta.url);
const fixture = JSON.parse(readFileSync(path, 'utf8')) as Fixture;

void test('every scalar has the value that Kubernetes gives it', () => {
  assert.ok(Object.keys(fixture.values).length > 120);
  for (const [scalar, expected] of Object.entries(fixture.values)) {
    const read = readDocuments(`v: ${scalar}\n`);
    if (expected.refused) assert.equal(read.ok, false, scalar);
    else assert.deepEqual(read.ok && read.value[0]?.value, { v: expected.value }, scalar);
  }
});

/** Kubernetes has keys like these; nobody else does, and we refuse them. */
const INFINITE = /^[+-]?\.(?:inf|nan)$/i;

void test('every key has the text that Kubernetes gives it', () => {
  for (const [scalar, expected] of Object.entries(fixture.keys)) {
    const read = readDocuments(`${scalar}: v\n`);
    if (expected.refused || INFINITE.test(scalar)) assert.equal(read.ok, false, scalar);
    else if (scalar === '<<' || expected.key === null) assert.notDeepEqual(read.ok && read.value[0]?.value, {}, scalar);
    else assert.deepEqual(read.ok && Object.keys(read.value[0]?.value ?? {}), [expected.key], scalar);
  }
});

void test('integers that a number cannot hold keep their digits', () => {
  const big = resolvePlain('9007199254740993');
  assert.deepEqual(big, { type: 'int', value: 9007199254740992, exact: '9007199254740993' });
  assert.equal(keyText(big), '9007199254740993');
  assert.equal(keyText(resolvePlain('18446744073709551615')), undefined);
});

void test('an integer means the same in base 10, 16, 8 and 2', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), fc.boolean(), (n, negative) => {
      const value = negative && n > 0 ? -n : n;
      const sign = value < 0 ? '-' : '';
      for (const text of [
        `${n}`,
        `0x${n.toString(16)}`,
        `0${n.toString(8)}`,
        `0o${n.toString(8)}`,
        `0b${n.toString(2)}`,
      ]) {
        assert.equal(resolvePlain(sign + text).value, value, sign + text);
      }
    }),
  );
});
