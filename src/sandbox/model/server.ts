import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { JsonValue } from '../../domain/json.ts';
import type { Misbehaviour } from './misbehave.ts';
import { misbehave, sendJson } from './misbehave.ts';
import type { ModelQuestion } from './question.ts';
import { readQuestion } from './question.ts';

export type { ModelQuestion } from './question.ts';
export type { Misbehaviour } from './misbehave.ts';

/** What the model says: JSON, a text as it is, or something that goes wrong. */
export type ModelAnswer =
  | { readonly json: JsonValue }
  | { readonly text: string; readonly finishReason?: string }
  | { readonly misbehave: Misbehaviour; readonly retryAfter?: number };

/** What the model answers, and how it misbehaves. */
export interface ModelServerOptions {
  readonly answers: (question: ModelQuestion) => ModelAnswer | Promise<ModelAnswer>;
  /** Demands this key; without it any key will do. */
  readonly apiKey?: string;
  /** Response formats that the server knows; all when absent. Others are answered 400, as older servers do. */
  readonly formats?: readonly ('json_schema' | 'json_object')[];
  /** Knows only one of the two names of the output limit; both when absent. */
  readonly limitField?: 'max_completion_tokens' | 'max_tokens';
  /** Leaves `usage` out of its answers, as some local servers do. */
  readonly withoutUsage?: boolean;
  readonly port?: number;
}

/** A model that listens, and what it was asked. */
export interface ModelServer {
  /** Base URL of the API, ending in `/v1`. */
  readonly baseURL: string;
  /** Every question that reached the script, in order. */
  readonly questions: readonly ModelQuestion[];
  /** HTTP requests, those that were refused before the script included. */
  readonly requests: number;
  close(): Promise<void>;
}

/** A model server that speaks OpenAI's Chat Completions and answers from a script. */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const questions: ModelQuestion[] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    serve(request, response, options, questions).catch((error: unknown) => {
      sendJson(response, 500, { error: { message: error instanceof Error ? error.message : 'script failed' } });
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    questions,
    get requests() {
      return requests;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ModelServerOptions,
  questions: ModelQuestion[],
): Promise<void> {
  const refuse = (status: number, message: string): void => sendJson(response, status, { error: { message } });
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions') return refuse(404, 'no such endpoint');
  const { authorization } = request.headers;
  if (options.apiKey !== undefined && authorization !== `Bearer ${options.apiKey}`) {
    return refuse(401, `Incorrect API key provided: ${authorization?.slice(7) ?? 'none'}.`);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const question = readQuestion(Buffer.concat(chunks).toString('utf8'), questions.length, authorization);
  if (typeof question === 'string') return refuse(400, question);
  const formats: readonly string[] = options.formats ?? ['json_schema', 'json_object'];
  if (question.format !== 'text' && !formats.includes(question.format)) {
    return refuse(400, `Invalid value for 'response_format.type': ${question.format} is not supported`);
  }
  if (options.limitField !== undefined && question.limitField !== options.limitField) {
    return refuse(400, `Unsupported parameter: '${question.limitField}', use '${options.limitField}' instead.`);
  }
  questions.push(question);
  const answer = await options.answers(question);
  if ('misbehave' in answer) return misbehave(response, answer.misbehave, answer.retryAfter);
  const content = 'json' in answer ? JSON.stringify(answer.json) : answer.text;
  const finish = 'json' in answer ? 'stop' : (answer.finishReason ?? 'stop');
  sendJson(response, 200, completion(question, content, finish, options.withoutUsage === true));
}

function completion(question: ModelQuestion, content: string, finishReason: string, withoutUsage: boolean): JsonValue {
  const prompt = Math.ceil((question.system.length + question.user.length) / 4);
  const output = Math.ceil(content.length / 4);
  return {
    id: `chatcmpl-${question.index}`,
    object: 'chat.completion',
    created: 0,
    model: question.model,
    choices: [{ index: 0, finish_reason: finishReason, message: { role: 'assistant', content, refusal: null } }],
    ...(withoutUsage
      ? {}
      : { usage: { prompt_tokens: prompt, completion_tokens: output, total_tokens: prompt + output } }),
  };
}
