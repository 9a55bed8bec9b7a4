import { join } from 'node:path';
import { describe, it } from 'node:test';
import { history } from '../../../../src/stages/propose/history/history.ts';
import { check, contextOf, readCases } from '../support/case.ts';

const CASES = join(import.meta.dirname, '../../../../fixtures/propose/history/put-back.yaml');

describe('history', () => {
  for (const one of readCases(CASES)) {
    it(one.why, async () => {
      const context = contextOf(one);
      check(one, await history.propose(context), context);
    });
  }
});
