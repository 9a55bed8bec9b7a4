import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startModelServer } from '../../../src/sandbox/model/server.ts';

const BODY = {
  model: 'tiny',
  messages: [
    { role: 'system', content: 'rules' },
    { role: 'user', content: 'question' },
  ],
  max_tokens: 5,
};

async function post(baseURL: string, body: unknown, headers: Record<string, string> = {}, path = '/chat/completions') {
  const response = await fetch(`${baseURL}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

describe('sandbox model', () => {
  it('answers from its script and tells what it was asked', async (test) => {
    const server = await startModelServer({ answers: ({ index }) => ({ json: { index } }) });
    test.after(() => server.close());
    await post(server.baseURL, BODY);
    const { status, text } = await post(server.baseURL, BODY);
    const reply = JSON.parse(text);
    assert.equal(status, 200);
    assert.equal(reply.choices[0].message.content, '{"index":1}');
    assert.equal(reply.usage.total_tokens, reply.usage.prompt_tokens + reply.usage.completion_tokens);
    assert.deepEqual(server.questions[1], {
      index: 1,
      model: 'tiny',
      system: 'rules',
      user: 'question',
      format: 'text',
      maxOutputTokens: 5,
      limitField: 'max_tokens',
    });
    assert.equal(server.requests, 2);
  });

  it('refuses a wrong key, endpoint, body, format and limit before the script is asked', async (test) => {
    const server = await startModelServer({
      answers: () => ({ json: {} }),
      apiKey: 'right',
      formats: ['json_object'],
      limitField: 'max_tokens',
    });
    test.after(() => server.close());
    const key = { authorization: 'Bearer right' };
    const { max_tokens: _, ...rest } = BODY;
    const format = { type: 'json_schema', json_schema: { name: 'x', schema: {} } };
    const statuses = [
      (await post(server.baseURL, BODY, { authorization: 'Bearer wrong' })).status,
      (await post(server.baseURL, BODY, key, '/responses')).status,
      (await post(server.baseURL, '{"model":', key)).status,
      (await post(server.baseURL, { ...BODY, response_format: format }, key)).status,
      (await post(server.baseURL, { ...rest, max_completion_tokens: 5 }, key)).status,
      (await post(server.baseURL, BODY, key)).status,
    ];
    assert.deepEqual(statuses, [401, 404, 400, 400, 400, 200]);
    assert.deepEqual([server.questions.length, server.requests], [1, 6]);
  });

  it('misbehaves on demand', async (test) => {
    const server = await startModelServer({ answers: () => ({ misbehave: 'rate-limited', retryAfter: 3 }) });
    test.after(() => server.close());
    const { status, headers } = await post(server.baseURL, BODY);
    assert.deepEqual([status, headers.get('retry-after')], [429, '3']);
  });

  it('says so where the script itself fails', async (test) => {
    const server = await startModelServer({
      answers: () => {
        throw new Error('script has a hole');
      },
    });
    test.after(() => server.close());
    const { status, text } = await post(server.baseURL, BODY);
    assert.equal(status, 500);
    assert.ok(text.includes('script has a hole'));
  });
});
