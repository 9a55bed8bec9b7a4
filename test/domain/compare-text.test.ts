import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareText } from '../../src/domain/compare-text.ts';

test('texts are ordered by their code units, whatever the language of the machine', () => {
  const texts = ['zone', 'Zone', 'öst', 'app.kubernetes.io/name', 'app-x', 'app'];
  assert.deepEqual(texts.toSorted(compareText), texts.toSorted());
  assert.equal(compareText('a', 'a'), 0);
});
