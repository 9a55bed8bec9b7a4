import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { coversCause } from '../../../../src/stages/propose/propose.ts';
import { RULES } from '../../../../src/stages/propose/rules/registry.ts';
import { check, contextOf, readCases } from '../support/case.ts';

const FOLDER = join(import.meta.dirname, '../../../../fixtures/propose/rules');

describe('rules', () => {
  for (const rule of RULES) {
    describe(rule.name, () => {
      for (const one of readCases(join(FOLDER, `${rule.name}.yaml`))) {
        it(one.why, async () => {
          assert(rule.causes.some((cause) => coversCause(cause, one.incident.cause)));
          const context = contextOf(one);
          check(one, await rule.propose(context), context);
        });
      }
    });
  }

  it('has no case file without a rule', () => {
    const known = RULES.map(({ name }) => `${name}.yaml`).sort();
    assert.deepEqual(readdirSync(FOLDER).sort(), known);
  });
});
