import { z } from 'zod';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { parseJson } from '../../domain/json.ts';
import { connectionFailure } from '../connection/failure.ts';
import { wholeAnswer } from '../connection/whole-answer.ts';
import { GRPC, GRPC_WEB, frame, readAnswer } from './grpc-web.ts';

/** Which Argo CD is asked, and as whom. */
export interface ClientOptions {
  /** `https://HOST`, with the path that Argo CD is served below (`--rootpath`), if any. */
  readonly server: string;
  /** Of an account with `applications, get`. */
  readonly token: string;
  /** For one request, in milliseconds; 30,000 unless given. */
  readonly timeout?: number;
  readonly fetch?: typeof fetch;
}

/**
 * Argo CD's API server, asked with a token. Error codes: `argocd-unreachable` (no answer, or none of Argo CD),
 * `argocd-unauthorized` (no valid token), `argocd-forbidden` (no right, which is also what Argo CD says of an Application
 * that does not exist), `argocd-unsupported` (it does not know the call), `argocd-failed` (its own words).
 */
export interface Client {
  readonly server: string;
  get<T>(path: string, query: Query, schema: z.ZodType<T>, signal?: AbortSignal): Promise<Result<T, Problem>>;
  /** A gRPC call, by gRPC-web: what a query of a URL cannot say. Both messages are protobuf. */
  call(method: string, message: Buffer, signal?: AbortSignal): Promise<Result<Buffer, Problem>>;
}

type Query = Readonly<Record<string, string>>;

/** A client of one Argo CD. It follows no redirect, and the token is in none of its errors. */
export function createClient({ server: given, token, timeout = 30_000, fetch: send = fetch }: ClientOptions): Client {
  const server = given.replace(/(?<!\/)\/+$/, '');
  // Argo CD answers a wrong token with what is wrong in it.
  const scrub = (text: string): string => (token.length < 4 ? text : text.replaceAll(token, '[secret]'));
  const failed = (code: string, message: string): Result<never, Problem> => err(problem(code, scrub(message)));

  interface Request {
    readonly method?: 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Buffer<ArrayBuffer>;
  }

  async function ask(url: URL, init: Request, signal: AbortSignal | undefined): Promise<Result<Response, Problem>> {
    const limit = AbortSignal.timeout(timeout);
    try {
      const response = await send(url, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${token}`, 'user-agent': 'remendo' },
        // The token is for this server alone.
        redirect: 'manual',
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      if (response.status >= 300 && response.status < 400) {
        await response.body?.cancel();
        return failed('argocd-unreachable', `${server} sends its callers elsewhere (HTTP ${response.status})`);
      }
      return ok(await wholeAnswer(response));
    } catch (error) {
      if (limit.aborted) return failed('argocd-unreachable', `${server} gives no answer in time`);
      const { says, text } = connectionFailure(error);
      return failed('argocd-unreachable', `${server} cannot be reached: ${says === '' ? text : `${says} (${text})`}`);
    }
  }

  const foreign = (status: number): Result<never, Problem> =>
    failed('argocd-unreachable', `${server} answers with something else than Argo CD does (HTTP ${status})`);
  const refused = (code: number, words: string): Result<never, Problem> =>
    failed(PROBLEMS[code] ?? 'argocd-failed', words === '' ? `gRPC status ${code}` : words);

  return {
    server,
    async get(path, query, schema, signal) {
      const url = new URL(`${server}${path}`);
      for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
      const answer = await ask(url, { headers: { accept: 'application/json' } }, signal);
      if (!answer.ok) return answer;
      const { status } = answer.value;
      const data = parseJson(await answer.value.text());
      if (status === 200) {
        const parsed = schema.safeParse(data);
        return parsed.success ? ok(parsed.data) : foreign(status);
      }
      const failure = GatewayError.safeParse(data);
      return failure.success ? refused(failure.data.code, failure.data.message) : foreign(status);
    },
    async call(method, message, signal) {
      const headers = { 'content-type': GRPC_WEB, accept: GRPC_WEB, 'x-grpc-web': '1' };
      const url = new URL(`${server}/${method}`);
      const answer = await ask(url, { method: 'POST', headers, body: frame(message) }, signal);
      if (!answer.ok) return answer;
      const { status, headers: theirs } = answer.value;
      const said = readAnswer(theirs, Buffer.from(await answer.value.arrayBuffer()));
      if (said === undefined) return foreign(status);
      if (said.code !== GRPC.ok) return refused(said.code, said.words);
      return said.message === undefined ? foreign(status) : ok(said.message);
    },
  };
}

/** grpc-gateway's error. */
const GatewayError = z.object({ code: z.number(), message: z.string() });

const PROBLEMS: Readonly<Record<number, string>> = {
  [GRPC.notFound]: 'argocd-forbidden',
  [GRPC.permissionDenied]: 'argocd-forbidden',
  [GRPC.unimplemented]: 'argocd-unsupported',
  [GRPC.unauthenticated]: 'argocd-unauthorized',
};
