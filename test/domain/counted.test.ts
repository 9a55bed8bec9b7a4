import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted } from '../../src/domain/counted.ts';

test('one is one, and everything else is several', () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => counted(count, 'pod')),
    ['0 pods', '1 pod', '2 pods'],
  );
  assert.equal(counted(2, 'repository', 'repositories'), '2 repositories');
});
