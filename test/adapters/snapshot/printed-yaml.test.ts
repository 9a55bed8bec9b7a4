import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { readFullYaml } from '../../../src/adapters/snapshot/full-yaml.ts';
import { printItem } from '../../../src/adapters/snapshot/print-yaml.ts';
import { readPrintedYaml } from '../../../src/adapters/snapshot/printed-yaml.ts';

/** The law of the fast reader: it says the same as the full reader, or nothing. */
function agrees(text: string): void {
  const fast = readPrintedYaml(text);
  if (fast === undefined) return;
  const full = readFullYaml(text);
  assert.ok(full.ok, `the fast reader took what is not YAML:\n${text}`);
  assert.deepEqual(full.value.length === 0 ? [null] : full.value, [fast], text);
}

const Text = fc.string({ unit: fc.constantFrom(...Array.from('ab -:#\'"\n\t|>{}[],&*!%@`?~01.eéñ\u2028')) });
const { json: Json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      Text,
      fc.constantFrom('yes', '1', '0x1f', '1e3', '-', '{}'),
    ),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(Text, tie('json'), { maxKeys: 4 }),
  ),
}));
const JsonObjects = fc.dictionary(fc.constantFrom('a', 'b', 'f:c', 'x.y/z', '123', 'true', '-', 'a b', '#d', ''), Json);

test('what is printed is read back, by both readers alike', () => {
  fc.assert(
    fc.property(JsonObjects, (value) => {
      const plain = JSON.parse(JSON.stringify(value));
      const text = printItem(plain);
      assert.deepEqual(readPrintedYaml(text), [plain], text);
      agrees(text);
    }),
  );
});

test('whatever another printer lays out, the fast reader agrees or steps back', () => {
  const options = fc.record({
    indentSeq: fc.boolean(),
    lineWidth: fc.constantFrom(0, 20, 80),
    indent: fc.constantFrom(2, 4),
    defaultStringType: fc.constantFrom(
      'PLAIN' as const,
      'QUOTE_SINGLE' as const,
      'QUOTE_DOUBLE' as const,
      'BLOCK_LITERAL' as const,
    ),
  });
  fc.assert(
    fc.property(JsonObjects, options, (value, layout) => agrees(stringify(value, { version: '1.1', ...layout }))),
    { numRuns: 300 },
  );
});

const SAMPLE = `apiVersion: v1
items:
- a: 1
  text: |-
    one
      two

    three
  folded: some words
    and more of them
  single: 'it''s
    long'
  double: "x\\ty"
  empty: {}
  none: []
- - nested
  - b: null
kind: List
`;

test('the fast reader agrees on texts with random faults', () => {
  const lines = SAMPLE.split('\n');
  const fault = fc.record({
    line: fc.nat(lines.length - 1),
    column: fc.nat(20),
    insert: fc.constantFrom(
      '',
      ' ',
      '  ',
      '\n',
      '\t',
      '#',
      ' #',
      ':',
      ': ',
      '- ',
      '"',
      "'",
      '|',
      '{',
      '&a ',
      '*a',
      '0',
      'a',
      '...',
      '---',
    ),
    drop: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(fault, { minLength: 1, maxLength: 4 }), (faults) => {
      const copy = [...lines];
      for (const { line, column, insert, drop } of faults) {
        const text = copy[line] ?? '';
        copy[line] = text.slice(0, column) + insert + text.slice(column + drop);
      }
      agrees(copy.join('\n'));
    }),
    { numRuns: 3000 },
  );
});

test('every plain word and number that YAML versions read differently is left to the full reader', () => {
  for (const word of [
    'yes',
    'No',
    'on',
    'OFF',
    'y',
    'N',
    '~',
    '0644',
    '0x1F',
    '0o17',
    '0b11',
    '1_000',
    '1e3',
    '12:30',
    '.inf',
    '-.INF',
    '.nan',
    '1.',
    '.5',
    '+1',
    '-0',
    '2026-11-21',
    '<<',
    '=',
    'Null',
    'TRUE',
    '190:20:30',
    '1.2e+5',
  ]) {
    assert.equal(readPrintedYaml(`a: ${word}\n`), undefined, word);
    agrees(`a: ${word}\n`);
  }
  for (const word of [
    '500m',
    '10.0.0.1',
    '1.2.3',
    '2026-11-21T05:46:19Z',
    '6d45fdb7db',
    'sha256:ab',
    'a#b',
    'http://x/y',
    '-v',
    '--port=80',
    'v1',
    '1Gi',
    '12h30m',
  ]) {
    assert.deepEqual(readPrintedYaml(`a: ${word}\n`), { a: word });
    agrees(`a: ${word}\n`);
  }
});

test('a sample in the printed style takes the fast path', () => {
  assert.deepEqual(readPrintedYaml(SAMPLE), {
    apiVersion: 'v1',
    items: [
      {
        a: 1,
        text: 'one\n  two\n\nthree',
        folded: 'some words and more of them',
        single: "it's long",
        double: 'x\ty',
        empty: {},
        none: [],
      },
      ['nested', { b: null }],
    ],
    kind: 'List',
  });
  agrees(SAMPLE);
});

test('hand-written text is left to the full reader', () => {
  const text = readFileSync(new URL('../../../fixtures/snapshots/by-hand/shop.yml', import.meta.url), 'utf8');
  assert.equal(readPrintedYaml(text), undefined);
});
