import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { readDocuments } from '../../../src/domain/yaml/read.ts';
import { isPlainString, literalBlock, scalarText } from '../../../src/stages/edit/scalar-text.ts';

const strings = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'0123456789-+.:_eExboT nyYaf#,[]{}"\'|>&*!%@`?~\n\t\\='.split('')) }),
  fc.constantFrom('yes', 'No', 'null', '~', '1:30', '0o7', '0b1', '1e3', '.5', '2020-01-01', '<<', '=', '0644', '1_0'),
);

void test('law: a written string is read back by Kubernetes, YAML 1.1 and YAML 1.2', () => {
  fc.assert(
    fc.property(strings, fc.constantFrom('plain', 'single', 'double'), fc.boolean(), (value, quote, flow) => {
      // A lone surrogate has no UTF-8 form, so no file and no JSON from an API server can hold it.
      fc.pre(value.isWellFormed());
      const text = scalarText(value, { quote, flow });
      assert.equal(text.includes('\n'), false);
      const line = flow ? `{a: [${text}, x]}` : `a:\n- ${text}`;
      const read = readDocuments(line);
      assert.deepEqual(read.ok && read.value[0]?.value, { a: flow ? [value, 'x'] : [value] }, line);
      for (const version of ['1.1', '1.2'] as const) {
        const other = parse(line, { version }) as { a: unknown[] };
        assert.equal(other.a[0], value, `YAML ${version}: ${line}`);
      }
    }),
    { numRuns: 1500, seed: 20261121 },
  );
});

void test('ordinary words need no quotes', () => {
  for (const text of [
    'nginx:1.25.3',
    '1.2.3',
    '256Mi',
    '100m',
    '--port=8080',
    'a.b/c',
    'registry:5000/x@sha256:0a',
    'v1',
    '-x',
  ]) {
    assert.equal(scalarText(text, { quote: 'plain', flow: false }), text);
  }
  for (const text of [
    '1.25',
    '3',
    '1e3',
    'y',
    'NO',
    '12:30:45',
    '2020-01-01',
    '',
    ' x',
    'a: b',
    'a #b',
    '-',
    '- x',
    '0x1F',
  ]) {
    assert.notEqual(scalarText(text, { quote: 'plain', flow: false }), text);
  }
  assert.equal(isPlainString('0x1G'), true);
});

void test('law: a literal block holds its text', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', ' b', '', '\tc', '# d', '- e: f'), { minLength: 1, maxLength: 5 }),
      (lines) => {
        const value = lines.join('\n');
        const block = literalBlock(value, 2);
        if (!block) return;
        const body = block.lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n');
        const read = readDocuments(`a: ${block.header}\n${body}\nz: 1\n`);
        assert.deepEqual(read.ok && read.value[0]?.value, { a: value, z: 1 });
      },
    ),
  );
});
