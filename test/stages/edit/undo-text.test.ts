import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { applySpans } from '../../../src/stages/edit/splice.ts';
import { undoText } from '../../../src/stages/edit/undo-text.ts';

const BEFORE = 'a: 1\r\nmemory: 64Mi   # measured\r\nb: 2\r\nc: 3';
const AFTER = BEFORE.replace('64Mi', '128Mi');

function undo(now: string, before = BEFORE, after = AFTER) {
  return undoText({ path: 'app.yaml', before, after, now });
}

function textOf(now: string, before = BEFORE, after = AFTER): string {
  const undone = undo(now, before, after);
  assert.ok(undone.ok, undone.ok ? '' : undone.error.message);
  assert.equal(applySpans(undone.value.before, undone.value.spans), undone.value.after);
  return undone.value.after;
}

void test('untouched since: every byte is as before the merge', () => {
  assert.equal(textOf(AFTER), BEFORE);
});

void test('changed elsewhere since, also right beside it: only its own lines go back', () => {
  const now = AFTER.replace('a: 1', 'a: 10\r\nnew: x').replace('b: 2', 'b: 20').replace('c: 3', 'c: 3\n');
  assert.equal(textOf(now), now.replace('128Mi', '64Mi'));
});

void test('lines that the merge added go, and lines that it removed come back', () => {
  assert.equal(textOf('a\nb\nc\nd\n', 'a\nc\n', 'a\nb\nc\n'), 'a\nc\nd\n');
  assert.equal(textOf('x\na\nc\n', 'a\nb\nc\n', 'a\nc\n'), 'x\na\nb\nc\n');
});

void test('two places in one file', () => {
  const before = 'limit: 1\nx\ny\nrequest: 1\n';
  const after = 'limit: 2\nx\ny\nrequest: 2\n';
  assert.equal(textOf(after.replace('x', 'x\nz'), before, after), before.replace('x', 'x\nz'));
});

void test('changed there since: refused, whoever changed it and to what', () => {
  for (const now of [AFTER.replace('128Mi', '256Mi'), AFTER.replace('measured', 'guessed'), BEFORE, '', 'a: 1\r\n']) {
    const undone = undo(now);
    assert.ok(!undone.ok && undone.error.code === 'changed-since', now);
  }
  const where = undo('a\nnew\nc\n', 'a\nb\nc\n', 'a\nc\n');
  assert.ok(!where.ok && where.error.code === 'changed-since', 'a place that something else took');
});

void test('a merge that did not touch the file leaves nothing to put back', () => {
  const undone = undo(AFTER, AFTER, AFTER);
  assert.ok(!undone.ok && undone.error.code === 'nothing-changed');
});

void test('law: a change and its undoing around any other change of other lines', () => {
  const line = fc.constantFrom('a', 'b', 'c', 'd', '  e: 1', '');
  const lines = fc.array(line, { maxLength: 8 });
  fc.assert(
    fc.property(
      lines,
      lines,
      lines,
      lines,
      fc.string({ unit: 'grapheme-ascii', minLength: 1 }),
      (top, end, more, less, old) => {
        const text = (first: readonly string[], middle: string, last: readonly string[]): string =>
          [...first, `key: ${JSON.stringify(middle)}`, ...last].join('\n');
        const before = text(top, old, end);
        const after = text(top, `${old}2`, end);
        const now = text([...more, ...top], `${old}2`, [...end, ...less]);
        assert.equal(textOf(after, before, after), before);
        const undone = undo(now, before, after);
        if (undone.ok) assert.equal(undone.value.after, text([...more, ...top], old, [...end, ...less]));
        else assert.equal(undone.error.code, 'changed-since');
      },
    ),
  );
});
