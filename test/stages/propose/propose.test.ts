import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { JsonValue } from '../../../src/domain/json.ts';
import type { Answer, Origin } from '../../../src/domain/proposal.ts';
import { parseFieldPath } from '../../../src/domain/field-path.ts';
import { answersOf, change } from '../../../src/stages/propose/answers.ts';
import { coversCause, propose } from '../../../src/stages/propose/propose.ts';
import type { ProposeContext, Proposer } from '../../../src/stages/propose/proposer.ts';
import { contextOf, readCases } from './support/case.ts';

const [CASE] = readCases(join(import.meta.dirname, '../../../fixtures/propose/rules/memory.yaml'));
assert(CASE);
const CONTEXT = contextOf(CASE);
const MEMORY = 'spec.template.spec.containers[name=web].resources.limits.memory';
const IMAGE = 'spec.template.spec.containers[name=web].image';

function set(context: ProposeContext, origin: Origin, name: string, field: string, value: JsonValue): Answer {
  const path = parseFieldPath(field);
  assert(path.ok);
  return answersOf(origin, name).fix(
    context,
    [change(context.declared.ref, { op: 'replace', path: path.value, value })],
    'because',
  );
}

function source(
  origin: Origin,
  name: string,
  answer?: (context: ProposeContext) => Answer | undefined,
): Proposer & { asked: number } {
  return {
    origin,
    name,
    causes: ['*'],
    asked: 0,
    async propose(context) {
      this.asked++;
      return answer?.(context);
    },
  };
}

const sets = (origin: Origin, name: string, field: string, value: JsonValue): Proposer & { asked: number } =>
  source(origin, name, (context) => set(context, origin, name, field, value));

describe('propose', () => {
  it('takes the first origin with one fix, whatever the order of the list', async () => {
    const { chosen } = await propose(
      [sets('history', 'h', IMAGE, 'b'), sets('rule', 'r', MEMORY, '1Gi'), sets('pattern', 'p', MEMORY, '2Gi')],
      CONTEXT,
    );
    assert.equal(chosen?.name, 'p');
  });

  it('has no rule fix where two rules disagree, and goes on to the history', async () => {
    const rules = [sets('rule', 'a', MEMORY, '1Gi'), sets('rule', 'b', MEMORY, '2Gi')];
    assert.equal((await propose(rules, CONTEXT)).chosen, undefined);
    assert.match((await propose(rules, CONTEXT)).why, /differ/);
    assert.equal((await propose([...rules, sets('history', 'h', IMAGE, 'b')], CONTEXT)).chosen?.name, 'h');
  });

  it('counts two rules with the same effect as one', async () => {
    const guarded = source('rule', 'b', (context) => {
      const path = parseFieldPath(MEMORY);
      assert(path.ok);
      const operations = [
        { op: 'test', path: path.value, value: '128Mi' },
        { op: 'add', path: path.value, value: '1Gi' },
      ] as const;
      return answersOf('rule', 'b').fix(context, [change(context.declared.ref, ...operations)], 'because');
    });
    assert.equal((await propose([sets('rule', 'a', MEMORY, '1Gi'), guarded], CONTEXT)).chosen?.name, 'a');
  });

  it('tells the change that the history offers beside a memory step, with its commit', async () => {
    const answers = [sets('rule', 'r', MEMORY, '1Gi'), sets('history', 'h', IMAGE, 'web:1.4.0')];
    const { chosen } = await propose(answers, CONTEXT);
    assert.equal(chosen?.name, 'r');
    assert.match(
      chosen.rationale,
      /^because The history offers another change instead, which may be the better one: because$/,
    );
    const same = [sets('rule', 'r', IMAGE, 'web:1.5.0'), sets('history', 'h', MEMORY, '1Gi')];
    assert.equal((await propose(same, CONTEXT)).chosen?.rationale, 'because');
  });

  it('lets a rule stand that names what exists: the misspelt value was meant to be new', async () => {
    const answers = [sets('rule', 'r', IMAGE, 'web:1.5.0'), sets('history', 'h', IMAGE, 'web:1.4.0')];
    assert.equal((await propose(answers, CONTEXT)).chosen?.name, 'r');
    const learned = [sets('pattern', 'p', IMAGE, 'web:1.5.0'), sets('history', 'h', IMAGE, 'web:1.4.0')];
    assert.equal((await propose(learned, CONTEXT)).chosen?.name, 'h');
  });

  it('prefers what the history puts back at the same field, also where one path holds the other', async () => {
    const rule = sets('rule', 'r', MEMORY, '1Gi');
    assert.equal((await propose([rule, sets('history', 'h', MEMORY, '64Mi')], CONTEXT)).chosen?.name, 'h');
    const whole = sets('history', 'h', 'spec.template.spec.containers[name=web].resources', {});
    assert.equal((await propose([rule, whole], CONTEXT)).chosen?.name, 'h');
    assert.equal((await propose([rule, sets('history', 'h', IMAGE, 'b')], CONTEXT)).chosen?.name, 'r');
  });

  it('asks the model only where nobody else has a fix', async () => {
    const model = sets('llm', 'm', MEMORY, '3Gi');
    assert.equal((await propose([sets('rule', 'r', MEMORY, '1Gi'), model], CONTEXT)).chosen?.name, 'r');
    assert.equal(model.asked, 0);
    assert.equal((await propose([source('rule', 'r'), model], CONTEXT)).chosen?.name, 'm');
    assert.equal(model.asked, 1);
  });

  it('makes a reason of a source that throws, and asks the others', async () => {
    const broken = source('rule', 'broken', () => {
      throw new Error('boom');
    });
    const { answers, chosen } = await propose([broken, sets('history', 'h', MEMORY, '1Gi')], CONTEXT);
    assert.deepEqual(answers[0], { kind: 'declined', origin: 'rule', name: 'broken', reason: 'it failed: boom' });
    assert.equal(chosen?.name, 'h');
  });

  it('refuses a fix that does not apply or changes nothing', async () => {
    const absent = sets('rule', 'absent', 'spec.template.spec.containers[name=nobody].image', 'x');
    const same = sets('rule', 'same', MEMORY, '128Mi');
    const { answers, chosen } = await propose([absent, same], CONTEXT);
    assert.equal(chosen, undefined);
    assert.deepEqual(
      answers.map((answer) => answer.kind),
      ['declined', 'declined'],
    );
  });

  it('refuses what the API server would: fields that cannot be changed after creation', async () => {
    const live = contextOf({
      ...CASE,
      cluster: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web', namespace: 'shop' },
          spec: { selector: {}, template: { spec: { containers: [] } } },
        },
      ],
    });
    const selector = sets('rule', 'r', 'spec.selector.matchLabels.app', 'other');
    const [answer] = (await propose([selector], live)).answers;
    assert(answer?.kind === 'declined' && answer.reason.includes('cannot be changed after creation'));
    assert.equal(
      (await propose([selector], CONTEXT)).chosen?.name,
      'r',
      'an object that is not there yet can be anything',
    );
  });

  it('asks only those who know the cause', async () => {
    const other = { ...sets('rule', 'r', MEMORY, '1Gi'), causes: ['image/*', 'memory/oom'] };
    assert.deepEqual((await propose([other], CONTEXT)).answers, []);
    assert(
      coversCause('memory/*', 'memory/oom-killed') && coversCause('*', 'x/y') && !coversCause('mem/*', 'memory/x'),
    );
  });
});
