import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileResult } from './table.ts';
import { conclusion, table, verdictOf } from './table.ts';

const row = (result: string) => ({ scenario: 'tag typo', seconds: 12, result });
const file = (name: string, ...attempts: FileResult['attempts']): FileResult => ({ file: name, seconds: 30, attempts });

const passed = file('a.e2e.ts', { passed: true, rows: [row('verified')] });
const again = file('b.e2e.ts', { passed: false, rows: [row('FAILED: x')] }, { passed: true, rows: [row('verified')] });
const failed = file('c.e2e.ts', { passed: false, rows: [] }, { passed: false, rows: [row('FAILED: y')] });
const unchecked = file('d.e2e.ts', { passed: true, rows: [row('could not check: no network')] });
const unrun = file('e.e2e.ts');

test('a file that passes at the second attempt is not said to have simply passed', () => {
  assert.deepEqual([passed, again, failed, unchecked, unrun].map(verdictOf), [
    'passed',
    'failed once, then passed',
    'FAILED',
    'could not check',
    'not run',
  ]);
  assert.match(table([again]), /\| {3}tag typo +\| +12 \| failed once, then verified \|/);
  assert.deepEqual(conclusion([passed, again], 60), {
    lines: ['2 of 2 test files passed in 60 s', 'b.e2e.ts failed once, then passed'],
    status: 0,
  });
});

test('what could not be checked is never passed, and a failure is told before it', () => {
  assert.deepEqual(conclusion([passed, unchecked], 60), {
    lines: ['1 of 2 test files passed in 60 s', 'could not check: d.e2e.ts: tag typo: no network'],
    status: 3,
  });
  assert.equal(conclusion([unchecked, failed], 60).status, 1);
  assert.equal(conclusion([passed, unrun], 60).status, 1);
  assert.equal(conclusion([], 60).status, 1);
});
