import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Span } from '../../../src/domain/change-set.ts';
import { addSplice, applySpans, trimSpan } from '../../../src/stages/edit/splice.ts';

const step = fc.record({ at: fc.nat(), length: fc.nat(6), text: fc.string({ maxLength: 5 }) });

void test('law: splices made one after the other are one list of spans', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.array(step, { maxLength: 8 }), (original, steps) => {
      let text = original;
      let spans: Span[] = [];
      for (const { at, length, text: put } of steps) {
        const start = at % (text.length + 1);
        const splice = { start, end: Math.min(text.length, start + length), text: put };
        text = applySpans(text, [splice]);
        spans = addSplice(original, spans, splice);
        assert.equal(applySpans(original, spans), text);
        for (const [i, span] of spans.entries()) assert.ok(span.start >= (spans[i - 1]?.end ?? 0));
      }
      const trimmed = spans.flatMap((span) => trimSpan(original, span) ?? []);
      assert.equal(applySpans(original, trimmed), text);
    }),
    { numRuns: 500 },
  );
});

void test('a trimmed span is as small as it can be, and never half a character', () => {
  assert.deepEqual(trimSpan('memory: 24Mi', { start: 8, end: 12, text: '256Mi' }), { start: 9, end: 10, text: '56' });
  assert.deepEqual(trimSpan('a😀b', { start: 0, end: 4, text: 'a😁b' }), { start: 1, end: 3, text: '😁' });
  assert.equal(trimSpan('abc', { start: 0, end: 3, text: 'abc' }), undefined);
});
