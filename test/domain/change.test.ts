import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Operation } from '../../src/domain/change.ts';
import { applyOperations } from '../../src/domain/change.ts';
import type { JsonObject } from '../../src/domain/json.ts';

const OBJECT: JsonObject = { spec: { replicas: 1, containers: [{ name: 'a', image: 'x' }, { name: 'b' }] } };
const named = (value: string): { key: string; value: string } => ({ key: 'name', value });

function run(...operations: Operation[]): unknown {
  const result = applyOperations(OBJECT, operations);
  return result.ok ? result.value : result.error.code;
}

void test('operations are applied in order, by merge key, to a copy', () => {
  const before = structuredClone(OBJECT);
  assert.deepEqual(
    run(
      { op: 'remove', path: ['spec', 'containers', named('a')] },
      { op: 'add', path: ['spec', 'containers', named('b'), 'image'], value: 'y' },
      { op: 'add', path: ['spec', 'containers', named('c')], value: { name: 'c' } },
      { op: 'test', path: ['spec', 'replicas'], value: 1 },
      { op: 'replace', path: ['spec', 'replicas'], value: 2 },
    ),
    {
      object: { spec: { replicas: 2, containers: [{ name: 'b', image: 'y' }, { name: 'c' }] } },
      patch: [
        { op: 'remove', path: '/spec/containers/0', field: 'spec.containers[name=a]' },
        { op: 'add', path: '/spec/containers/0/image', field: 'spec.containers[name=b].image', value: 'y' },
        { op: 'add', path: '/spec/containers/-', field: 'spec.containers[name=c]', value: { name: 'c' } },
        { op: 'test', path: '/spec/replicas', field: 'spec.replicas', value: 1 },
        { op: 'replace', path: '/spec/replicas', field: 'spec.replicas', value: 2 },
      ],
    },
  );
  assert.deepEqual(OBJECT, before);
});

void test('an index in an addition inserts, a dash appends', () => {
  const result = applyOperations({ a: ['x', 'z'] }, [
    { op: 'add', path: ['a', 1], value: 'w' },
    { op: 'add', path: ['a', '-'], value: 'end' },
  ]);
  assert.deepEqual(result.ok && result.value.object, { a: ['x', 'w', 'z', 'end'] });
});

void test('an item is not added under a merge key that is taken or not its own', () => {
  assert.equal(run({ op: 'add', path: ['spec', 'containers', named('a')], value: { name: 'a' } }), 'not-applicable');
  assert.equal(run({ op: 'add', path: ['spec', 'containers', named('c')], value: { name: 'd' } }), 'not-applicable');
  assert.equal(run({ op: 'add', path: ['spec', 'containers', named('c')], value: 'c' }), 'not-applicable');
});

void test('what cannot be done has a code', () => {
  assert.equal(run({ op: 'test', path: ['spec', 'replicas'], value: '1' }), 'test-failed');
  assert.equal(run({ op: 'test', path: ['spec', 'paused'], value: null }), 'test-failed');
  assert.equal(run({ op: 'replace', path: ['spec', 'paused'], value: true }), 'not-applicable');
  assert.equal(run({ op: 'remove', path: ['spec', 'paused'] }), 'not-applicable');
  assert.equal(run({ op: 'remove', path: ['spec', 'x', 'y'] }), 'no-such-field');
  assert.equal(run({ op: 'replace', path: ['spec', 'containers', named('z'), 'image'], value: 1 }), 'no-such-field');
  assert.equal(run({ op: 'add', path: ['__proto__', 'x'], value: 1 }), 'no-such-field');
  assert.equal(run({ op: 'add', path: ['__proto__'], value: {} }), 'not-applicable');
});
