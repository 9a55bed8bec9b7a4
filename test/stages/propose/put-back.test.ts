import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { applyOperations } from '../../../src/domain/change.ts';
import { formatFieldPath } from '../../../src/domain/field-path.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { leafChanges } from '../../../src/stages/propose/object-diff.ts';
import { operationsTo } from '../../../src/stages/propose/put-back.ts';

const scalar = fc.oneof(fc.constantFrom('a', 'b', ''), fc.nat(3), fc.boolean());
const item = fc.record(
  { name: fc.constantFrom('x', 'y', 'z'), value: scalar, more: fc.array(scalar, { maxLength: 3 }) },
  { requiredKeys: ['name'] },
);
const items = fc.uniqueArray(item, { maxLength: 3, selector: ({ name }) => name });
const spec = fc.record(
  {
    items,
    args: fc.array(scalar, { maxLength: 3 }),
    map: fc.dictionary(fc.constantFrom('k', 'l'), fc.record({ v: scalar })),
    one: scalar,
  },
  { requiredKeys: [] },
);
const object = fc.record({ spec }, { requiredKeys: [] }).map((value): JsonObject => JSON.parse(JSON.stringify(value)));

describe('putting back', () => {
  it('turns any version into any other, however far they are apart', () => {
    fc.assert(
      fc.property(object, object, (from, to) => {
        const operations = operationsTo(from, to);
        assert(operations);
        const applied = applyOperations(from, operations);
        assert(applied.ok, JSON.stringify(applied));
        assert.deepEqual(leafChanges(applied.value.object, to), []);
      }),
      { numRuns: 500 },
    );
  });

  it('changes one chosen leaf and nothing else, or refuses', () => {
    fc.assert(
      fc.property(object, object, fc.nat(), (from, to, at) => {
        const leaves = leafChanges(from, to);
        const chosen = leaves[at % Math.max(1, leaves.length)];
        const operations = chosen && operationsTo(from, to, [chosen]);
        if (!chosen || !operations) return;
        const applied = applyOperations(from, operations);
        assert(applied.ok, JSON.stringify(applied));
        const left = leafChanges(applied.value.object, to).map(({ path }) => formatFieldPath(path));
        const others = leaves.filter((leaf) => leaf !== chosen).map(({ path }) => formatFieldPath(path));
        assert.deepEqual(
          left.filter((path) => !others.includes(path)),
          [],
        );
      }),
      { numRuns: 500 },
    );
  });

  it('sees no difference in another order of a keyed list', () => {
    fc.assert(
      fc.property(items, (list) => {
        assert.deepEqual(leafChanges(list, list.toReversed()), []);
      }),
    );
  });

  it('gives a list item its name back in its place, and keeps the type of the key', () => {
    const from: JsonObject = { env: [{ name: 'A', value: '1' }, { name: 'B' }], ports: [{ containerPort: 81 }] };
    const to: JsonObject = { env: [{ name: 'C', value: '1' }, { name: 'B' }], ports: [{ containerPort: 80 }] };
    const applied = applyOperations(from, operationsTo(from, to) ?? []);
    assert(applied.ok);
    assert.deepEqual(applied.value.object, to);
  });

  it('takes no part out of a list item that came new', () => {
    const from: JsonObject = { spec: { containers: [{ name: 'a' }, { name: 'b', image: 'b:1' }] } };
    const to: JsonObject = { spec: { containers: [{ name: 'a' }] } };
    const all = leafChanges(from, to);
    const image = all.filter(({ path }) => path.at(-1) === 'image');
    assert.equal(image.length, 1);
    assert.equal(operationsTo(from, to, image), undefined);
    assert.equal(operationsTo(from, to, all)?.length, 2);
  });
});
