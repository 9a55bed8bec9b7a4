import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { applyOperations } from '../../../src/domain/change.ts';
import type { Operation } from '../../../src/domain/change.ts';
import type { Span } from '../../../src/domain/change-set.ts';
import type { JsonValue } from '../../../src/domain/json.ts';
import { readDocuments } from '../../../src/domain/yaml/read.ts';
import { editText } from '../../../src/stages/edit/edit-text.ts';
import { someOperations } from './operations.ts';
import type { Pick } from './written-yaml.ts';
import { picker, someMap, writeStream } from './written-yaml.ts';

/** Fixed, so that a run tells of the code and not of luck; `LAW_SEED` looks for more. */
const seed = Number(process.env['LAW_SEED'] ?? 20261121);
const choices = fc.array(fc.nat(9999), { minLength: 60, maxLength: 200 });

function values(text: string): JsonValue[] {
  const read = readDocuments(text);
  assert.ok(read.ok, read.ok ? '' : `${read.error.message}\n${text}`);
  return read.ok ? read.value.map((document) => document.value) : [];
}

function meant(value: JsonValue, operations: readonly Operation[]): JsonValue {
  const applied = applyOperations(
    { root: value },
    operations.map((operation) => ({ ...operation, path: ['root', ...operation.path] })),
  );
  assert.ok(applied.ok);
  return applied.ok ? (applied.value.object['root'] ?? null) : null;
}

/** What is left of the text when the spans are cut out of it, before or after the edit. */
function outside(text: string, spans: readonly Span[], after: boolean): string[] {
  const parts: string[] = [];
  let at = 0;
  let shift = 0;
  for (const { start, end, text: put } of spans) {
    parts.push(text.slice(at, start + shift));
    at = shift + (after ? start + put.length : end);
    if (after) shift += put.length - (end - start);
  }
  return [...parts, text.slice(at)];
}

/** The law for one text: refused with a reason, or exactly the operations and no other byte. */
function checkLaw(text: string, pick: Pick, refusals: Map<string, number>): void {
  const before = values(text);
  if (before.length === 0) return;
  const index = pick(before.length);
  const operations = someOperations(before[index] ?? null, pick);
  const result = editText(text, [{ document: { index }, operations }], 'a.yaml');
  if (!result.ok) {
    const { code, message } = result.error;
    assert.match(code, /^(?:edit-anchor|edit-unsupported)$/, `${message}\n${text}`);
    refusals.set(code, (refusals.get(code) ?? 0) + 1);
    return;
  }
  const expected = before.map((value, i) => (i === index ? meant(value, operations) : value));
  assert.deepEqual(values(result.value.text), expected, text);
  const { spans } = result.value;
  assert.deepEqual(outside(result.value.text, spans, true), outside(text, spans, false));
}

void test('law: generated texts, random operations', () => {
  const refusals = new Map<string, number>();
  const numRuns = 400;
  fc.assert(
    fc.property(choices, (drawn) => {
      const pick = picker(drawn);
      const documents = Array.from({ length: pick(3) + 1 }, () => someMap(pick, 3));
      checkLaw(writeStream(documents, pick), pick, refusals);
    }),
    { numRuns, seed },
  );
  const refused = [...refusals.values()].reduce((all, one) => all + one, 0);
  assert.ok(refused < numRuns / 20, `refuses too much: ${JSON.stringify([...refusals])}`);
});

void test('law: real files and awkward ones, random operations', () => {
  const folder = new URL('../../../fixtures/edit', import.meta.url).pathname;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  assert.ok(files.length > 10);
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8'));
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.boolean(), choices, (text, crlf, drawn) => {
      checkLaw(crlf ? text.replaceAll(/\r?\n/g, '\r\n') : text, picker(drawn), new Map());
    }),
    { numRuns: 300, seed },
  );
});

void test('law: a document inside a block scalar of another', () => {
  let editedTexts = 0;
  fc.assert(
    fc.property(choices, fc.boolean(), (drawn, crlf) => {
      const pick = picker(drawn);
      const inner = writeStream([someMap(pick, 2)], pick)
        .replaceAll('\r\n', '\n')
        .replace('\uFEFF', '')
        .replace(/\n*$/, '\n');
      if (!/^[^\s]/.test(inner) || !readDocuments(inner).ok || values(inner).length !== 1) return;
      const indented = inner.replaceAll(/^(?=.)/gm, '    ');
      const text = `a: 1 # one\nb:\n  values: |\n${indented}  z: 1\n`.replaceAll('\n', crlf ? '\r\n' : '\n');
      assert.deepEqual(values(text), [{ a: 1, b: { values: inner, z: 1 } }]);
      const operations = someOperations(values(inner)[0] ?? null, pick);
      const edit = { document: { index: 0 }, operations, inside: { path: ['b', 'values'] } };
      const result = editText(text, [edit], 'a.yaml');
      if (!result.ok) {
        assert.equal(result.error.code, 'edit-unsupported', `${result.error.message}\n${text}`);
        return;
      }
      editedTexts++;
      const [after] = values(result.value.text) as [{ a: number; b: { values: string; z: number } }];
      assert.deepEqual({ ...after, b: { ...after.b, values: '' } }, { a: 1, b: { values: '', z: 1 } });
      assert.deepEqual(values(after.b.values)[0] ?? null, meant(values(inner)[0] ?? null, operations));
    }),
    { numRuns: 250, seed },
  );
  assert.ok(editedTexts > 80, `only ${editedTexts} were edited`);
});
