import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import type { OpenAiOptions } from '../../../src/adapters/openai/model.ts';
import { createOpenAiModel } from '../../../src/adapters/openai/model.ts';
import type { ModelRequest } from '../../../src/ports/model.ts';
import type { ModelAnswer, ModelServerOptions } from '../../../src/sandbox/model/server.ts';
import { startModelServer } from '../../../src/sandbox/model/server.ts';
import { recordingLog, turnableClock } from '../sqlite/helpers.ts';

const QUESTION: ModelRequest = {
  system: 'You are asked one thing.',
  user: 'What is wrong?',
  schema: { name: 'answer', schema: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] } },
  maxOutputTokens: 50,
};

async function setUp(
  test: TestContext,
  answers: ModelServerOptions['answers'],
  server: Partial<ModelServerOptions> = {},
  options: Partial<OpenAiOptions> = {},
) {
  const running = await startModelServer({ answers, ...server });
  test.after(() => running.close());
  const clock = turnableClock();
  const log = recordingLog();
  const { baseURL } = running;
  const model = createOpenAiModel({ baseURL, model: 'tiny', timeoutSeconds: 5, log, clock, ...options });
  return { server: running, clock, log, model };
}

const script = (...answers: ModelAnswer[]): ModelServerOptions['answers'] => {
  const last = answers.at(-1) ?? { json: {} };
  return ({ index }) => answers[index] ?? last;
};

describe('OpenAI-compatible model: good answers', () => {
  it('asks for strict JSON by schema, and gives answer and usage', async (test) => {
    const { model, server } = await setUp(test, script({ json: { x: 1 } }), { apiKey: 'k-1' }, { apiKey: 'k-1' });
    const answer = await model.ask(QUESTION);
    assert.deepEqual(answer, {
      ok: true,
      value: { answer: { x: 1 }, model: 'tiny', promptTokens: 10, completionTokens: 2 },
    });
    const [question] = server.questions;
    assert.deepEqual(
      [question?.system, question?.user, question?.format, question?.schemaName, question?.maxOutputTokens],
      [QUESTION.system, QUESTION.user, 'json_schema', 'answer', 50],
    );
    assert.deepEqual(question?.schema, QUESTION.schema.schema);
  });

  it('needs no key for a local server', async (test) => {
    const { model, server } = await setUp(test, script({ json: { x: 1 } }));
    assert.ok((await model.ask(QUESTION)).ok);
    assert.equal(server.questions[0]?.authorization, 'Bearer unused');
  });

  it('steps down to JSON mode and to plain text, puts the schema into words, and remembers', async (test) => {
    for (const [formats, expected, requests] of [
      [['json_object'], 'json_object', 2],
      [[], 'text', 3],
    ] as const) {
      const { model, server } = await setUp(test, script({ json: { x: 1 } }), { formats });
      assert.ok((await model.ask(QUESTION)).ok);
      assert.equal(server.questions[0]?.format, expected);
      assert.ok(server.questions[0]?.system.includes('"required":["x"]'));
      assert.equal(server.requests, requests);
      assert.ok((await model.ask(QUESTION)).ok);
      assert.equal(server.requests, requests + 1);
    }
  });

  it('learns the name of the output limit', async (test) => {
    const { model, server } = await setUp(test, script({ json: {} }), { limitField: 'max_completion_tokens' });
    assert.ok((await model.ask(QUESTION)).ok);
    assert.equal(server.questions[0]?.limitField, 'max_completion_tokens');
    assert.equal(server.requests, 2);
  });

  for (const [what, text] of [
    ['in a code fence', 'Here you are:\n```json\n{"x": 1}\n```\nDone.'],
    ['in a sentence', 'The answer is {"x": 1}, I think {so}.'],
    ['after reasoning', '<think>maybe {"x": 2}?</think>\n{"x": 1}'],
    ['with braces in a text', 'ok {"x": 1, "y": "} \\" {"} end'],
  ] as const) {
    it(`reads JSON ${what}`, async (test) => {
      const { model } = await setUp(test, script({ text }));
      const answer = await model.ask(QUESTION);
      assert.ok(answer.ok);
      assert.equal((answer.value.answer as { x: number }).x, 1);
    });
  }

  it('estimates tokens where the server does not count, and not too low', async (test) => {
    const { model } = await setUp(test, script({ json: { x: 1 } }), { withoutUsage: true });
    const answer = await model.ask(QUESTION);
    assert.ok(answer.ok);
    assert.deepEqual([answer.value.promptTokens, answer.value.completionTokens], [13, 3]);
  });
});

describe('OpenAI-compatible model: failures', () => {
  for (const [how, code, requests] of [
    ['unauthorized', 'unauthorized', 1],
    ['out-of-quota', 'rate-limited', 1],
    ['rate-limited', 'rate-limited', 2],
    ['server-error', 'server-error', 2],
    ['drop', 'unreachable', 1],
    ['html', 'not-json', 1],
    ['broken-body', 'not-json', 1],
    ['endless-body', 'unreachable', 1],
    ['no-choices', 'not-json', 1],
    ['not-json', 'not-json', 1],
    ['truncated', 'too-long', 1],
    ['refusal', 'refused', 1],
    ['content-filter', 'refused', 1],
    ['context-too-long', 'too-long', 1],
    ['no-such-model', 'rejected', 1],
    ['redirect', 'unreachable', 1],
  ] as const) {
    it(`${how} is ${code}, after ${requests} request(s)`, async (test) => {
      const { model, server, log } = await setUp(test, script({ misbehave: how }));
      const answer = await model.ask(QUESTION);
      assert.ok(!answer.ok);
      assert.equal(answer.error.code, code, answer.error.message);
      assert.equal(server.requests, requests);
      assert.deepEqual(log.messages, ['model did not answer']);
    });
  }

  for (const how of ['hang', 'hang-in-body'] as const) {
    it(`${how} is a timeout`, async (test) => {
      const { model } = await setUp(test, script({ misbehave: how }), {}, { timeoutSeconds: 0.05 });
      const answer = await model.ask(QUESTION);
      assert.ok(!answer.ok);
      assert.equal(answer.error.code, 'timeout');
    });
  }

  it('gives up when it is told to', async (test) => {
    const control = new AbortController();
    const { model } = await setUp(test, () => {
      control.abort();
      return { misbehave: 'hang' };
    });
    const answer = await model.ask(QUESTION, control.signal);
    assert.ok(!answer.ok && answer.error.code === 'timeout');
  });

  it('a server that is not there is unreachable', async (test) => {
    const { model, server } = await setUp(test, script({ json: {} }));
    await server.close();
    const answer = await model.ask(QUESTION);
    assert.ok(!answer.ok && answer.error.code === 'unreachable');
  });

  it("wants a key for OpenAI's own API, without asking", async () => {
    const options = { model: 'tiny', timeoutSeconds: 5, log: recordingLog(), clock: turnableClock() };
    const answer = await createOpenAiModel({ baseURL: 'https://api.openai.com/v1', ...options }).ask(QUESTION);
    assert.ok(!answer.ok && answer.error.code === 'no-key');
  });

  it('waits as long as the server says, once, and not for long', async (test) => {
    const short = await setUp(test, script({ misbehave: 'rate-limited', retryAfter: 7 }, { json: { x: 1 } }));
    assert.ok((await short.model.ask(QUESTION)).ok);
    assert.deepEqual(short.clock.slept, [7000]);
    const long = await setUp(test, script({ misbehave: 'rate-limited', retryAfter: 600 }, { json: { x: 1 } }));
    assert.ok(!(await long.model.ask(QUESTION)).ok);
    assert.deepEqual(long.clock.slept, []);
  });

  it('recovers from one server error', async (test) => {
    const { model, clock } = await setUp(test, script({ misbehave: 'server-error' }, { json: { x: 1 } }));
    assert.ok((await model.ask(QUESTION)).ok);
    assert.deepEqual(clock.slept, [1000]);
  });

  it('does not repeat the key in its messages', async (test) => {
    const { model } = await setUp(test, script({ json: {} }), { apiKey: 'right' }, { apiKey: 'wrong-key-of-mine' });
    const answer = await model.ask(QUESTION);
    assert.ok(!answer.ok && answer.error.code === 'unauthorized');
    assert.ok(!answer.error.message.includes('wrong-key-of-mine'), answer.error.message);
  });
});

describe('OpenAI-compatible model: circuit breaker', () => {
  it('stops asking a provider that is down', async (test) => {
    const breaker = { failures: 2, openSeconds: 3600 };
    const { model, server } = await setUp(test, script({ misbehave: 'unauthorized' }), {}, { breaker });
    const codes: string[] = [];
    for (let i = 0; i < 4; i++) {
      const answer = await model.ask(QUESTION);
      if (!answer.ok) codes.push(answer.error.code);
    }
    assert.deepEqual(codes, ['unauthorized', 'unauthorized', 'circuit-open', 'circuit-open']);
    assert.equal(server.requests, 2);
  });

  it('tries again after a while', async (test) => {
    const breaker = { failures: 1, openSeconds: 0 };
    const { model } = await setUp(test, script({ misbehave: 'unauthorized' }, { json: {} }), {}, { breaker });
    assert.equal((await model.ask(QUESTION)).ok, false);
    assert.equal((await model.ask(QUESTION)).ok, true);
  });

  it('is not opened by answers that are bad in themselves', async (test) => {
    const breaker = { failures: 1, openSeconds: 3600 };
    const { model, server } = await setUp(
      test,
      script({ misbehave: 'not-json' }, { misbehave: 'refusal' }, { json: {} }),
      {},
      { breaker },
    );
    for (let i = 0; i < 2; i++) assert.equal((await model.ask(QUESTION)).ok, false);
    assert.ok((await model.ask(QUESTION)).ok);
    assert.equal(server.requests, 3);
  });
});
