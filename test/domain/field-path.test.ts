import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { FieldPath, Segment } from '../../src/domain/field-path.ts';
import {
  formatFieldPath,
  fromPointer,
  getField,
  parseFieldPath,
  stepOf,
  toPointer,
} from '../../src/domain/field-path.ts';
import type { JsonValue } from '../../src/domain/json.ts';

const OBJECT = {
  spec: {
    containers: [
      { name: 'web', image: 'x', ports: [{ containerPort: 80 }, { containerPort: 81 }] },
      { name: 'side', env: [{ name: 'A' }, { name: 'A' }] },
    ],
  },
  'a.b/c~d': { '0': 'zero' },
};

function parsed(text: string): FieldPath | string {
  const result = parseFieldPath(text);
  return result.ok ? result.value : result.error.code;
}

void test('paths are read and written', () => {
  const web = { key: 'name', value: 'web' };
  assert.deepEqual(parsed('spec.containers[name=web].ports[0]'), ['spec', 'containers', web, 'ports', 0]);
  assert.deepEqual(parsed('metadata.annotations["a.b/c"]'), ['metadata', 'annotations', 'a.b/c']);
  assert.deepEqual(parsed('/a/0/b~1c'), ['a', 0, 'b/c']);
  assert.equal(formatFieldPath(['spec', 'containers', web, 'x.y', 0]), 'spec.containers[name=web]["x.y"][0]');
});

void test('what is no path is a problem, not an exception', () => {
  for (const text of ['', 'a..b', 'a[', 'a[name=]', 'a["\\q"]', 'a[name="\\q"]', 'a]b', '["a"]b']) {
    assert.equal(parsed(text), 'bad-field-path', text);
  }
});

void test('law: what formatFieldPath writes, parseFieldPath reads', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('a]b', '"', 'a.b', '', '0', '-', ']='),
  );
  const segment: fc.Arbitrary<Segment> = fc.oneof(
    text,
    fc.nat(1000),
    fc.record({ key: fc.constantFrom('name', 'containerPort'), value: text }, { noNullPrototype: true }),
  );
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 6 }), (path) => {
      assert.deepEqual(parsed(formatFieldPath(path)), path);
    }),
  );
});

void test('list items are found by merge key, and only where one item has it', () => {
  const containers = ['spec', 'containers'];
  assert.equal(getField(OBJECT, [...containers, { key: 'name', value: 'web' }, 'image']), 'x');
  assert.deepEqual(getField(OBJECT, [...containers, 0, 'ports', { key: 'containerPort', value: '81' }]), {
    containerPort: 81,
  });
  assert.equal(getField(OBJECT, [...containers, 1, 'env', { key: 'name', value: 'A' }]), undefined);
  assert.equal(getField(OBJECT, ['constructor']), undefined);
  assert.equal(getField(OBJECT, ['spec', 'containers', 'length']), undefined);
  assert.equal(stepOf([{ a: 1 }], { key: 'constructor', value: 'x' }), undefined);
  assert.equal(getField(OBJECT, ['a.b/c~d', 0]), 'zero');
});

function pointer(path: FieldPath): string {
  const result = toPointer(OBJECT, path);
  return result.ok ? result.value : result.error.code;
}

void test('pointers: the last segment may be new, the others must exist', () => {
  assert.equal(pointer(['spec', 'containers', { key: 'name', value: 'side' }, 'new']), '/spec/containers/1/new');
  assert.equal(pointer(['spec', 'containers', { key: 'name', value: 'new' }]), '/spec/containers/-');
  assert.equal(pointer(['spec', 'containers', 2]), '/spec/containers/-');
  assert.equal(pointer(['spec', 'containers', 3]), 'no-such-field');
  assert.equal(pointer(['spec', 'new', 'x']), 'no-such-field');
  assert.equal(pointer(['a.b/c~d', '0']), '/a.b~1c~0d/0');
});

void test('law: a pointer turned into a path leads to the same value', () => {
  const leaf = fc.constantFrom<JsonValue>('x', 1, null, true);
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('name', 'port', 'a/b', '0', '~'), tie('value'), { maxKeys: 3 }),
    ),
  }));
  const pointersOf = (of: JsonValue, at: string): string[] => {
    if (typeof of !== 'object' || of === null) return [at];
    return [
      at,
      ...Object.entries(of).flatMap(([key, child]) =>
        pointersOf(child, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
      ),
    ];
  };
  fc.assert(
    fc.property(value, (root) => {
      for (const pointer of pointersOf(root, '')) {
        assert.deepEqual(toPointer(root, fromPointer(root, pointer)), { ok: true, value: pointer });
      }
    }),
  );
});
