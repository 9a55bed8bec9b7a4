import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createJsonSplitter } from '../../src/domain/json-splitter.ts';

interface Pieces {
  items: { value: unknown; offset: number }[];
  rests: { value: unknown; offset: number }[];
  texts: string[];
}

function split(text: string, sizes: readonly number[] = [text.length || 1]): Pieces {
  const pieces: Pieces = { items: [], rests: [], texts: [] };
  const read = (piece: string): unknown => {
    pieces.texts.push(piece);
    try {
      return JSON.parse(piece);
    } catch {
      return 'broken';
    }
  };
  const splitter = createJsonSplitter({
    item: (piece, offset) => pieces.items.push({ value: read(piece), offset }),
    rest: (piece, offset) => pieces.rests.push({ value: read(piece), offset }),
  });
  const bytes = Buffer.from(text);
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = Math.max(1, sizes[n % sizes.length] ?? 1);
    splitter.push(bytes.subarray(at, at + size));
    at += size;
  }
  splitter.end();
  return pieces;
}

const Item = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));

test('the items of a list are the same however the text is cut into chunks', () => {
  fc.assert(
    fc.property(
      fc.array(Item, { maxLength: 6 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 3 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (items, itemsFirst, indent, sizes) => {
        const list = itemsFirst ? { items, kind: 'List', é: '"items":[' } : { kind: 'List', é: '"items":[', items };
        const pieces = split(JSON.stringify(list, undefined, indent), sizes);
        assert.deepEqual(
          pieces.items.map(({ value }) => value),
          JSON.parse(JSON.stringify(items)),
        );
        assert.deepEqual(
          pieces.rests.map(({ value }) => value),
          [{ ...list, items: items.map(() => 0) }],
        );
      },
    ),
  );
});

test('several values, and a list at the top, in one text', () => {
  const { items, rests } = split('{"a":1}\n [ {"b":{"items":[{"c":1}]}} , {"d":[]} ]\n{"items":[{"e":1}]}');
  assert.deepEqual(
    items.map(({ value }) => value),
    [{ b: { items: [{ c: 1 }] } }, { d: [] }, { e: 1 }],
  );
  assert.deepEqual(
    rests.map(({ value }) => value),
    [{ a: 1 }, [0, 0], { items: [0] }],
  );
});

test('offsets point at the first byte of an item', () => {
  const text = '{"n":"é","items":[{"a":1},\n {"b":2}]}';
  const { items } = split(text, [3]);
  for (const { value, offset } of items) {
    const rest = Buffer.from(text).subarray(offset).toString();
    assert.ok(rest.startsWith(JSON.stringify(value)), rest);
  }
});

test('broken text arrives as pieces that cannot be parsed, wherever it is cut off', () => {
  const text = '{"kind":"List","items":[{"a":"}"},{"b":[1,2]}],"z":1}';
  for (let length = 1; length < text.length; length++) {
    const { items, rests } = split(text.slice(0, length));
    assert.ok(
      [...items, ...rests].some(({ value }) => value === 'broken'),
      text.slice(0, length),
    );
  }
  assert.deepEqual(split('{"items":[{"a":1} {"b":2}]}').rests[0]?.value, 'broken');
  assert.deepEqual(split('nonsense').rests[0]?.value, 'broken');
});

test('the head of a list is known while its items arrive', () => {
  const heads: unknown[] = [];
  const splitter = createJsonSplitter({ item: () => heads.push(splitter.head()), rest: () => undefined });
  splitter.push(Buffer.from('{"kind":"PodList","metadata":{"continue":"x"},"items":[{},{}'));
  assert.deepEqual(heads, [
    { kind: 'PodList', metadata: { continue: 'x' }, items: [0] },
    { kind: 'PodList', metadata: { continue: 'x' }, items: [0, 0] },
  ]);
});
