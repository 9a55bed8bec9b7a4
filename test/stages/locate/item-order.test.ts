import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../../src/domain/json.ts';
import { fieldPath } from '../../support/cases.ts';
import { inRenderedOrder } from '../../../src/stages/locate/item-order.ts';

const ref = { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace: 'shop' };

/** The variables of a container, in the order of their names and values: `A=1 B=2`. */
function pod(text: string): { ref: typeof ref; object: Record<string, JsonValue> } {
  const items = text.split(' ').map((entry) => {
    const [name = '', value = ''] = entry.split('=');
    return { name, value };
  });
  return { ref, object: { spec: { containers: [{ name: 'web', env: items }] } } };
}

function ordered(expected: string, actual: string, added: string): unknown {
  const [name = '', value = ''] = added.split('=');
  const path = fieldPath(`spec.containers[name=web].env[name=${name}]`);
  const operation = { op: 'add' as const, path, value: { name, value } };
  const objects = inRenderedOrder([pod(expected)], [pod(actual)], [{ object: ref, operations: [operation] }]);
  return objects[0]?.object;
}

test('a new variable stands where the chart puts it', () => {
  assert.deepEqual(ordered('A=1 C=3 B=2', 'A=1 B=2 C=3', 'B=2'), pod('A=1 B=2 C=3').object);
});

test('the others keep their order, and none may be missing or other', () => {
  for (const actual of ['C=3 B=2 A=1', 'A=1 B=2', 'A=1 B=9 C=3', 'A=1 B=2 C=4']) {
    assert.deepEqual(ordered('A=1 C=3 B=2', actual, 'B=2'), pod('A=1 C=3 B=2').object);
  }
});

test('where variables use each other their order counts', () => {
  assert.deepEqual(ordered('A=1 C=$(B) B=2', 'A=1 B=2 C=$(B)', 'B=2'), pod('A=1 C=$(B) B=2').object);
});

test('init containers run in their order', () => {
  const path = fieldPath('spec.initContainers[name=b]');
  const object = (...names: string[]): Record<string, JsonValue> => ({
    spec: { initContainers: names.map((name) => ({ name })) },
  });
  const operations = [{ op: 'add' as const, path, value: { name: 'b' } }];
  const [kept] = inRenderedOrder(
    [{ ref, object: object('a', 'c', 'b') }],
    [{ ref, object: object('a', 'b', 'c') }],
    [{ object: ref, operations }],
  );
  assert.deepEqual(kept?.object, object('a', 'c', 'b'));
});
