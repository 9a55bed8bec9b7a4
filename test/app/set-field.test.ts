import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setField } from '../../src/app/set-field.ts';
import { applyOperations } from '../../src/domain/change.ts';
import { getField, parseFieldPath } from '../../src/domain/field-path.ts';

const WEB = { spec: { containers: [{ name: 'web', image: 'a' }] } };

const CASES = [
  ['spec.containers[name=web].image', 'b', 'replace'],
  ['spec.containers[name=web].resources.limits.memory', '1Gi', 'add'],
  ['spec.containers[name=web].env[name=MODE].value', 'x', 'add'],
  ['spec.containers[name=side].image', 'c', 'add'],
  ['spec.replicas', 2, 'add'],
  ['metadata.labels.app', 'web', 'add'],
] as const;

for (const [field, value, op] of CASES) {
  void test(`${field} is set, with what is missing above it`, () => {
    const path = parseFieldPath(field);
    assert.ok(path.ok);
    const operation = setField(WEB, path.value, value);
    assert.equal(operation.op, op);
    const applied = applyOperations(WEB, [operation]);
    assert.ok(applied.ok, applied.ok ? '' : applied.error.message);
    assert.deepEqual(getField(applied.value.object, path.value), value);
  });
}
