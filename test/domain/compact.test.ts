import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createCompactor } from '../../src/domain/compact.ts';

test('a compacted value equals the value, whatever was compacted before it', () => {
  const Value = fc.dictionary(fc.constantFrom('metadata', 'spec', 'status', 'a'), fc.jsonValue());
  fc.assert(
    fc.property(fc.array(Value), (values) => {
      const compact = createCompactor();
      const before = JSON.stringify(values);
      const copies = values.map((value) => compact(value));
      assert.equal(JSON.stringify(copies), before);
      assert.equal(JSON.stringify(values), before, 'the value itself is left alone');
    }),
  );
});

test('equal parts of specs are one object, other parts are not', () => {
  const compact = createCompactor();
  const pod = (): object => ({ spec: { env: [{ name: 'A' }], large: 'x'.repeat(2000) }, status: { phase: 'Running' } });
  const [one, two] = [compact(pod()), compact(pod())];
  const part = (object: object, ...path: string[]): unknown =>
    path.reduce<unknown>((at, key) => Reflect.get(Object(at), key), object);
  assert.equal(part(one, 'spec', 'env'), part(two, 'spec', 'env'));
  assert.notEqual(part(one, 'spec'), part(two, 'spec'));
  assert.notEqual(part(one, 'status'), part(two, 'status'));
});
