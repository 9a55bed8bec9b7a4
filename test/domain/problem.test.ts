import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excerptAt } from '../../src/domain/problem.ts';

test('an excerpt shows the line with its neighbours, and where in it', () => {
  assert.equal(excerptAt('a: 1\nb: [\nc: 3\n', 2, 4), '1 | a: 1\n2 | b: [\n  |    ^\n3 | c: 3');
});

test('of a line that is longer than anybody reads, the part around the place is shown', () => {
  const excerpt = excerptAt(`{"a":1}\n${'x'.repeat(500_000)}!${'y'.repeat(500_000)}`, 2, 500_001);
  const [before = '', line = '', caret = ''] = excerpt.split('\n');
  assert.equal(before, '1 | ');
  assert.equal(line[caret.indexOf('^')], '!');
  assert.ok(excerpt.length < 400);
});
