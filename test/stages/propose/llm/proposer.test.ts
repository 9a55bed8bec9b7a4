import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOpenAiModel } from '../../../../src/adapters/openai/model.ts';
import { err } from '../../../../src/domain/result.ts';
import type { ModelError } from '../../../../src/ports/model.ts';
import { ANSWER_SCHEMA, ModelAnswer } from '../../../../src/stages/propose/llm/answer.ts';
import type { Misbehaviour } from '../../../../src/sandbox/model/server.ts';
import { startModelServer } from '../../../../src/sandbox/model/server.ts';
import { recordingLog, turnableClock } from '../../../adapters/sqlite/helpers.ts';
import { proposerWith } from './ask.ts';
import { answer, CONTAINER, pricing, scene } from './scene.ts';

const GOOD = answer(`${CONTAINER}.args[0]`, 'replace', '--port=8080');

const down = (code: ModelError['code']) => proposerWith(() => err({ code, message: 'gone, token=abcdef' }));

const overHttp = async (answers: Parameters<typeof startModelServer>[0]['answers']) => {
  const server = await startModelServer({ answers });
  const { baseURL } = server;
  const model = createOpenAiModel({
    baseURL,
    model: 'tiny',
    timeoutSeconds: 5,
    log: recordingLog(),
    clock: turnableClock(),
  });
  return { server, ...proposerWith(() => GOOD, { model }) };
};

describe('LLM proposer', () => {
  it('says so where no model is configured, and reads nothing', async () => {
    const { proposer } = proposerWith(() => GOOD, { model: undefined });
    const context = scene();
    assert.deepEqual(await proposer.propose(context), {
      kind: 'declined',
      origin: 'llm',
      name: 'investigator',
      reason: 'no model configured',
    });
    assert.deepEqual(context.logRequests, []);
    assert.deepEqual([proposer.origin, proposer.causes], ['llm', ['*']]);
  });

  it('asks once while the declared objects stay the same, whatever logs and evidence say', async () => {
    const { proposer, requests } = proposerWith(() => GOOD);
    const first = await proposer.propose(scene());
    const again = await proposer.propose(scene({ logs: 'other', evidence: ['restarted 17 times'] }));
    assert.deepEqual(again, first);
    assert.equal(requests.length, 1);
    await proposer.propose(scene({ declared: pricing(['--prot=8080']) }));
    assert.equal(requests.length, 2);
  });

  it('judges a kept answer again: what it cited may be gone', async () => {
    const { proposer } = proposerWith(() => ({ ...GOOD, evidence: ['E2'] }));
    assert.equal((await proposer.propose(scene()))?.kind, 'fix');
    assert.equal((await proposer.propose(scene({ evidence: ['only one'] })))?.kind, 'declined');
  });

  it('stops at its limits, and says which', async () => {
    const { proposer, requests } = proposerWith(() => GOOD, { limits: { callsPerHour: 1 } });
    await proposer.propose(scene());
    const said = await proposer.propose(scene({ fingerprint: 'fedcba9876543210' }));
    assert.ok(said?.kind === 'declined' && said.reason.includes('within an hour'));
    assert.equal(requests.length, 1);
  });

  it('is not charged for a provider that is down, and is for one that does not answer in time', async () => {
    const unreachable = down('unreachable');
    for (let i = 0; i < 5; i++) {
      const said = await unreachable.proposer.propose(scene());
      assert.ok(said?.kind === 'declined');
      assert.equal(said.reason, 'the model gave no answer (unreachable): gone, token=[redacted]');
    }
    const slow = down('timeout');
    for (let i = 0; i < 5; i++) await slow.proposer.propose(scene());
    assert.deepEqual([unreachable.requests.length, slow.requests.length], [5, 2]);
  });

  it('hides secrets in what the model says', async () => {
    const { proposer } = proposerWith(() => ({ ...GOOD, reason: 'the log says password=hunter2\n\nso there' }));
    const said = await proposer.propose(scene());
    assert.ok(said?.kind === 'fix');
    assert.equal(said.rationale, 'the log says password=[redacted] so there');
  });

  it('survives a store that holds a spoiled answer', async () => {
    const { proposer, store, requests } = proposerWith(() => GOOD);
    await proposer.propose(scene());
    for (const key of store.map.keys()) if (key.startsWith('llm/answer/')) store.map.set(key, '{"model":7');
    assert.equal((await proposer.propose(scene()))?.kind, 'fix');
    assert.equal(requests.length, 2);
  });
});

describe('LLM proposer over HTTP', () => {
  it('gets a fix from a model server that was sent the schema', async () => {
    const { server, proposer } = await overHttp(() => ({ json: GOOD }));
    const said = await proposer.propose(scene());
    assert.equal(said?.kind, 'fix');
    assert.deepEqual(server.questions[0]?.schema, ANSWER_SCHEMA.schema);
    assert.ok(!JSON.stringify(server.questions).includes('hunter2'));
    await server.close();
  });

  for (const [how, reason] of [
    ['unauthorized', /\(unauthorized\)/],
    ['rate-limited', /\(rate-limited\)/],
    ['server-error', /\(server-error\)/],
    ['not-json', /\(not-json\)/],
    ['wrong-schema', /agreed form/],
    ['truncated', /\(too-long\)/],
    ['refusal', /\(refused\)/],
    ['drop', /\(unreachable\)/],
  ] as const satisfies readonly (readonly [Misbehaviour, RegExp])[]) {
    it(`declines with a reason: ${how}`, async () => {
      const { server, proposer } = await overHttp(() => ({ misbehave: how }));
      const said = await proposer.propose(scene());
      assert.ok(said?.kind === 'declined');
      assert.match(said.reason, reason);
      await server.close();
    });
  }
});

it('the JSON Schema and the zod schema agree', () => {
  assert.ok(ModelAnswer.safeParse(GOOD).success);
  // Strict structured output: every object closed, every property required.
  const walk = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return;
    if ('properties' in schema && typeof schema.properties === 'object' && schema.properties !== null) {
      assert.deepEqual(
        {
          required: 'required' in schema && schema.required,
          closed: 'additionalProperties' in schema && schema.additionalProperties,
        },
        { required: Object.keys(schema.properties), closed: false },
      );
    }
    Object.values(schema).forEach(walk);
  };
  walk(ANSWER_SCHEMA.schema);
  assert.deepEqual(Object.keys(ModelAnswer.shape), ANSWER_SCHEMA.schema['required']);
});
