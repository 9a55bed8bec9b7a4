import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import { isArray, isObject } from '../../../src/domain/json.ts';
import type { RenderedObject } from '../../../src/domain/source.ts';
import { comparable, compareRenders, expectedAfter } from '../../../src/stages/locate/compare.ts';
import { sameObjects } from '../../../src/stages/locate/session.ts';

function object(kind: string, name: string, more: JsonObject): RenderedObject {
  const apiVersion = kind === 'Deployment' ? 'apps/v1' : 'v1';
  return {
    ref: { apiVersion, kind, namespace: 'shop', name },
    object: { apiVersion, kind, metadata: { name, namespace: 'shop' }, ...more },
  };
}

const json = fc.letrec<{ value: JsonValue; map: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ maxLength: 6 }),
    fc.integer(),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('map'),
  ),
  map: fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));
const renders = fc
  .uniqueArray(fc.tuple(fc.constantFrom('Deployment', 'Service', 'ConfigMap'), json.map), {
    minLength: 1,
    maxLength: 4,
  })
  .map((list) => list.map(([kind, spec], i) => object(kind, `o${i}`, { spec })));

/** Another value than the given one, somewhere in it or in its place. */
function mutate(value: JsonValue, at: number): JsonValue {
  if (isArray(value) && value.length > 0) {
    const index = at % (value.length + 1);
    return index === value.length ? [...value, 'more'] : value.with(index, mutate(value[index] ?? null, at >> 1));
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    const keys = Object.keys(value);
    const key = keys[at % (keys.length + 1)];
    if (key === undefined) return { ...value, 'an added key': 1 };
    if (at % 3 === 0) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
    return { ...value, [key]: mutate(value[key] ?? null, at >> 1) };
  }
  return typeof value === 'string' ? `${value}!` : typeof value === 'number' ? value + 1 : value !== true;
}

test('mutation: any change of any object is seen, and none where there is none', () => {
  fc.assert(
    fc.property(renders, fc.nat(10_000), (before, at) => {
      assert.deepEqual(compareRenders(before, structuredClone(before)), []);
      assert.ok(sameObjects(before, before));
      const victim = at % before.length;
      const after = before.map((rendered, i) => {
        if (i !== victim) return rendered;
        const spec = mutate(rendered.object.spec ?? {}, at);
        return { ...rendered, object: { ...rendered.object, spec } };
      });
      assert.ok(compareRenders(before, after).length > 0);
      assert.ok(!sameObjects(before, comparable(before, after)));
    }),
    { seed: 7 },
  );
});

test('an object that comes or goes is a difference', () => {
  const web = object('Deployment', 'web', {});
  const api = object('Deployment', 'api', {});
  assert.deepEqual(
    compareRenders([web], [web, api]).map(({ object: ref, pointer }) => [ref.name, pointer]),
    [['api', '']],
  );
  assert.deepEqual(
    compareRenders([web, api], [web]).map(({ object: ref }) => ref.name),
    ['api'],
  );
  assert.ok(!sameObjects([web], [web, api]));
});

const settings = (suffix: string, data: JsonObject): RenderedObject =>
  object('ConfigMap', `settings-${suffix}`, { data });
const user = (name: string, more: JsonObject = {}): RenderedObject =>
  object('Deployment', 'web', { spec: { from: name, ...more } });

test('a generated name that follows its content is no difference of its own, its references neither', () => {
  const before = [settings('6f426thc74', { mode: 'a' }), user('settings-6f426thc74')];
  const after = [settings('hkmm74gmt2', { mode: 'b' }), user('settings-hkmm74gmt2')];
  assert.deepEqual(
    compareRenders(before, after).map(({ field }) => field),
    ['data.mode'],
  );
  const stale = [settings('hkmm74gmt2', { mode: 'b' }), user('settings-6f426thc74', { more: 1 })];
  assert.deepEqual(
    compareRenders(before, stale).map(({ field }) => field),
    ['data.mode', 'spec.more'],
  );
});

test('names that only look generated, or that two objects could have, are not taken back', () => {
  const plain = [object('ConfigMap', 'settings-one', {})];
  assert.equal(compareRenders(plain, [object('ConfigMap', 'settings-two', {})]).length, 2);
  const service = [object('Service', 'web-6f426thc74', {})];
  assert.equal(compareRenders(service, [object('Service', 'web-hkmm74gmt2', {})]).length, 2);
  const two = [settings('6f426thc74', {}), settings('7f426thc74', {})];
  assert.equal(compareRenders(two, [settings('hkmm74gmt2', {}), settings('kkmm74gmt2', {})]).length, 4);
});

const pod = (checksum: string): RenderedObject =>
  object('Deployment', 'web', { spec: { template: { metadata: { annotations: { 'checksum/config': checksum } } } } });
const config = (mode: string): RenderedObject => object('ConfigMap', 'settings', { data: { mode } });

test('a checksum of content is set aside only where content changed with it', () => {
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
  assert.deepEqual(
    compareRenders([config('x'), pod(a)], [config('y'), pod(b)]).map(({ field }) => field),
    ['data.mode'],
  );
  assert.equal(compareRenders([config('x'), pod(a)], [config('x'), pod(b)]).length, 1);
  assert.equal(compareRenders([config('x'), pod(a)], [config('y'), pod('short')]).length, 2);
});

test('what is expected: operations on the object as rendered, found by its name without the hash', () => {
  const before = [settings('6f426thc74', { moed: 'live' }), user('settings-6f426thc74')];
  const change = {
    object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' },
    operations: [{ op: 'replace' as const, path: ['data', 'moed'], value: 'test' }],
  };
  const expected = expectedAfter(before, [change]);
  assert.ok(expected.ok);
  assert.deepEqual(expected.value.objects[0]?.object.data, { moed: 'test' });
  assert.equal(expected.value.changes[0]?.object.name, 'settings-6f426thc74');
  const missing = expectedAfter(before, [{ ...change, operations: [{ op: 'remove', path: ['data', 'gone'] }] }]);
  assert.ok(!missing.ok);
  assert.equal(missing.error.code, 'not-in-git');
});
