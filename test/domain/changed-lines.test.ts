import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedLines } from '../../src/domain/change-set.ts';

test('lines that begin like the head of a diff are counted too', () => {
  const head = '--- a/query.sql\n+++ b/query.sql\n@@ -1,3 +1,2 @@\n';
  assert.equal(changedLines(`${head}--- all orders\n--- by day\n+++ 1\n select 1\n`), 2);
  assert.equal(changedLines(`${head} a\n-b\n+c\n+d\n`), 2);
});
