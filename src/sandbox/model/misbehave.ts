import type { ServerResponse } from 'node:http';
import type { JsonValue } from '../../domain/json.ts';

/** Ways in which a provider fails. `wrong-schema` is a good completion whose JSON has another form. */
export type Misbehaviour =
  | 'unauthorized'
  | 'rate-limited'
  | 'out-of-quota'
  | 'server-error'
  | 'hang'
  | 'hang-in-body'
  | 'drop'
  | 'html'
  | 'broken-body'
  | 'endless-body'
  | 'no-choices'
  | 'not-json'
  | 'wrong-schema'
  | 'truncated'
  | 'refusal'
  | 'content-filter'
  | 'context-too-long'
  | 'no-such-model'
  | 'redirect';

/** Answers with JSON and ends the response. */
export function sendJson(response: ServerResponse, status: number, body: JsonValue, headers: object = {}): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

const fail = (status: number, message: string, code: string | null = null, headers: object = {}) =>
  ((response) => sendJson(response, status, { error: { message, code, type: 'error' } }, headers)) satisfies Act;
const say = (message: { content: string | null; refusal?: string }, finishReason = 'stop') =>
  ((response) =>
    sendJson(response, 200, {
      model: 'scripted',
      choices: [{ index: 0, finish_reason: finishReason, message: { role: 'assistant', ...message } }],
      usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 },
    })) satisfies Act;

type Act = (response: ServerResponse) => void;

const ACTS: Readonly<Record<Exclude<Misbehaviour, 'rate-limited'>, Act>> = {
  unauthorized: fail(401, 'Incorrect API key provided.', 'invalid_api_key'),
  'out-of-quota': fail(429, 'You exceeded your current quota.', 'insufficient_quota'),
  'server-error': fail(500, 'The server had an error.'),
  'context-too-long': fail(400, 'This model has a maximum context length of 10 tokens.', 'context_length_exceeded'),
  'no-such-model': fail(404, 'The model does not exist.', 'model_not_found'),
  hang: () => {},
  'hang-in-body': (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"choices":');
  },
  drop: (response) => response.socket?.destroy(),
  html: (response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html>welcome to the proxy</html>');
  },
  'broken-body': (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"choices":[');
  },
  'endless-body': (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const block = Buffer.alloc(256 * 1024, 0x20);
    const more = (): void => {
      while (!response.destroyed && response.write(block));
    };
    response.on('drain', more);
    more();
  },
  'no-choices': (response) => sendJson(response, 200, { model: 'scripted', choices: [] }),
  'not-json': say({ content: 'I think that you should raise the memory limit.' }),
  'wrong-schema': say({ content: '{"advice":"raise the memory limit"}' }),
  truncated: say({ content: '{"decision":"fi' }, 'length'),
  refusal: say({ content: null, refusal: 'I cannot help with that.' }),
  'content-filter': say({ content: '' }, 'content_filter'),
  redirect: (response) => {
    response.writeHead(307, { location: 'http://127.0.0.1:9/v1/chat/completions' });
    response.end();
  },
};

/** Answers in one of the ways in which servers fail. */
export function misbehave(response: ServerResponse, how: Misbehaviour, retryAfter?: number): void {
  if (how === 'rate-limited') {
    const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
    fail(429, 'Rate limit reached.', 'rate_limit_exceeded', headers)(response);
  } else ACTS[how](response);
}
