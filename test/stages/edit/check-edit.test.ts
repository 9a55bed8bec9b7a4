import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Span } from '../../../src/domain/change-set.ts';
import { checkEdit } from '../../../src/stages/edit/check-edit.ts';
import { replace } from './edits.ts';

const BEFORE = 'a: 1   # one\nb: x\n---\nc: 1\n';
const EDITS = [{ document: { index: 0 }, operations: [replace('b', 'z')] }];

function check(after: string, spans: readonly Span[]): string {
  const result = checkEdit(BEFORE, after, EDITS, spans);
  return result.ok ? 'ok' : result.error.code;
}

/** One span from the first difference to the last, as a careless editor would report. */
function whole(after: string): Span[] {
  return [{ start: 0, end: BEFORE.length, text: after }];
}

void test('the right edit passes', () => {
  assert.equal(check(BEFORE.replace('x', 'z'), [{ start: 16, end: 17, text: 'z' }]), 'ok');
});

void test('a wrong edit is caught, whatever is wrong', () => {
  const right = BEFORE.replace('x', 'z');
  const wrong: Record<string, string> = {
    'nothing done': BEFORE,
    'another value': BEFORE.replace('x', 'w'),
    'another type': BEFORE.replace('x', 'yes'),
    'another field too': right.replace('a: 1', 'a: 2'),
    'a key too many': right.replace('---', 'd: 1\n---'),
    'a key lost': right.replace('a: 1   # one\n', ''),
    'another document': right.replace('c: 1', 'c: 2'),
    'another document, its bytes only': right.replace('c: 1', 'c:  1'),
    'a document lost': right.slice(0, right.indexOf('---')),
    'a document too many': `${right}---\nd: 1\n`,
    'broken text': right.replace('b:', 'b'),
    'a duplicate key': right.replace('a: 1', 'b: z'),
  };
  for (const [name, after] of Object.entries(wrong)) assert.notEqual(check(after, whole(after)), 'ok', name);
});

void test('bytes outside the spans count, also where the value is the same', () => {
  const lost = BEFORE.replace('x', 'z').replace('   # one', '');
  assert.equal(check(lost, [{ start: 16, end: 17, text: 'z' }]), 'edit-check-failed');
  const overlapping = [
    { start: 16, end: 17, text: 'z' },
    { start: 15, end: 16, text: ' ' },
  ];
  assert.equal(check(BEFORE.replace('x', 'z'), overlapping), 'edit-check-failed');
});

void test('edits inside a string are checked in the string and around it', () => {
  const before = 'a: |\n  b: 1\n  c: 1\nd: 1\n';
  const edits = [{ document: { index: 0 }, operations: [replace('b', 2)], inside: { path: ['a'] } }];
  const run = (after: string): boolean =>
    checkEdit(before, after, edits, [{ start: 0, end: before.length, text: after }]).ok;
  assert.equal(run(before.replace('b: 1', 'b: 2')), true);
  assert.equal(run(before.replace('b: 1', 'b: 2').replace('c: 1', 'c: 2')), false);
  assert.equal(run(before.replace('b: 1', 'b: 2').replace('d: 1', 'd: 2')), false);
  assert.equal(run(before), false);
});
