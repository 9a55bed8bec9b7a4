import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { parseJson } from '../../domain/json.ts';
import { err, ok } from '../../domain/result.ts';
import type { ForgeError, ForgeResult } from '../../ports/forge.ts';
import type { Log } from '../../ports/log.ts';
import type { Site } from '../forge/trouble.ts';
import { foreignAnswer, unreachable } from '../forge/trouble.ts';
import { isShortWait } from '../forge/short-wait.ts';
import { wholeAnswer } from '../connection/whole-answer.ts';
import { toForgeError } from './errors.ts';
import { createScrub } from './scrub.ts';

/** One repository on one Gitea, and as whom it is asked. */
export interface ClientOptions {
  readonly repository: { readonly owner: string; readonly name: string };
  /** REST API base: `https://HOST/api/v1`. */
  readonly apiUrl: string;
  readonly token: string;
  readonly log: Log;
  /** False in tests: what is repeated is repeated at once. */
  readonly throttle?: boolean;
  /** For one request, in milliseconds; 30,000 unless given. */
  readonly timeout?: number;
  readonly fetch?: typeof fetch;
}

/** One request to the API. Only a GET is repeated where its answer was lost. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the API's base; made with `below` where parts of it come from outside. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  /** Sent without the token: what everybody may see. */
  readonly anonymous?: boolean;
  /** The answer is a text, not JSON. */
  readonly text?: boolean;
}

/** Gitea's REST API for one repository, with errors as values. */
export interface Client {
  readonly apiUrl: string;
  readonly log: Log;
  /** Path of the repository in the API. */
  readonly repo: string;
  /** One request; its answer is read by `schema`. `what` completes "could not ..." in errors. */
  call<T>(what: string, schema: z.ZodType<T>, request: Request): ForgeResult<T>;
  /** A list, page after page, until `limit` items were read. `more` says that there are others. */
  list<T>(
    what: string,
    schema: z.ZodType<T>,
    limit: number,
    request: Pick<Request, 'path' | 'query'>,
  ): ForgeResult<{ readonly items: readonly T[]; readonly more: boolean }>;
}

/** The most that Gitea gives at once (`MAX_RESPONSE_ITEMS`); a server may give less. */
const PAGE = 50;
/** A server that gives less than 50 at once, and never an end. */
const MOST_PAGES = 200;
const REPETITIONS = 2;

/** Names with slashes, as parts of a path. */
export function below(path: string, ...names: readonly (string | number)[]): string {
  const parts = names.map((name) => String(name).split('/').map(encodeURIComponent).join('/'));
  return [path, ...parts].join('/');
}

/** The client of one repository; the token is in none of its errors. */
export function createClient(options: ClientOptions): Client {
  const { repository, log, token, throttle = true } = options;
  const apiUrl = options.apiUrl.replace(/(?<!\/)\/+$/, '');
  const scrub = createScrub(token);
  const site = { name: 'Gitea', apiUrl, setting: 'gitea.apiUrl' };
  const ask = createAsk({ ...options, apiUrl }, site);

  const attempt = async (request: Request): Promise<Answer | ForgeError> => {
    // A write whose answer was lost may have been done: it is looked for, never sent again blindly.
    const most = request.method === 'GET' ? REPETITIONS : 0;
    for (let [done, waited] = [0, 0]; ;) {
      const answer = await ask(request);
      if (!('code' in answer)) return answer;
      const { code, message, retryAfter } = answer;
      const tell = (text: string): void => log.debug({ path: request.path, reason: scrub(message) }, text);
      if (code === 'unreachable' && done < most) {
        tell('gitea client: asked again');
        done++;
        if (throttle) await sleep(1000 * done ** 2);
      } else if (retryAfter !== undefined && throttle && isShortWait(retryAfter, waited++)) {
        // A limit refuses what it has not done: that may be sent again, also a write.
        tell('gitea client: a limit is waited out');
        await sleep(1000 * retryAfter);
      } else return answer;
    }
  };

  const read = async <T>(
    what: string,
    schema: z.ZodType<T>,
    request: Request,
  ): ForgeResult<{ readonly value: T; readonly headers: Headers }> => {
    const tell = (error: ForgeError): ForgeError => ({
      ...error,
      message: scrub(`could not ${what}: ${error.message}`).slice(0, 400),
    });
    const answer = await attempt(request);
    if ('code' in answer) return err(tell(answer));
    const parsed = schema.safeParse(answer.data);
    if (parsed.success) return ok({ value: parsed.data, headers: answer.headers });
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    return err(tell(foreignAnswer(site, answer.data, where === '' ? '' : `at ${where}`)));
  };

  return {
    apiUrl,
    log,
    repo: below('repos', repository.owner, repository.name),
    async call(what, schema, request) {
      const answer = await read(what, schema, request);
      return answer.ok ? ok(answer.value.value) : answer;
    },
    async list(what, schema, limit, { path, query }) {
      const items = [];
      let more = true;
      for (let page = 1; more && items.length < limit && page <= MOST_PAGES; page++) {
        const request: Request = { method: 'GET', path, query: { ...query, limit: PAGE, page } };
        const answer = await read(what, schema.array(), request);
        if (!answer.ok) return answer;
        const { value, headers } = answer.value;
        items.push(...value);
        more = value.length > 0 && goesOn(headers, items.length);
      }
      return ok({ items: items.slice(0, limit), more: more || items.length > limit });
    },
  };
}

/** A short page is not the last one where the server gives less at once than was asked for. */
function goesOn(headers: Headers, read: number): boolean {
  const total = headers.get('x-total-count');
  return total === null ? /rel="next"/.test(headers.get('link') ?? '') : Number(total) > read;
}

interface Answer {
  readonly data: unknown;
  readonly headers: Headers;
}

function createAsk(options: ClientOptions, site: Site): (request: Request) => Promise<Answer | ForgeError> {
  const { apiUrl, token, timeout = 30_000 } = options;
  const send = options.fetch ?? fetch;
  return async ({ method, path, query = {}, body, anonymous = false, text: plain = false }) => {
    const url = new URL(`${apiUrl}/${path}`);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, String(value));
    try {
      const sent = await send(url.href, {
        method,
        headers: {
          accept: 'application/json',
          'user-agent': 'remendo',
          ...(anonymous ? {} : { authorization: `token ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeout),
      });
      const response = await wholeAnswer(sent);
      const text = await response.text();
      const { status, headers } = response;
      if (!response.ok) return toForgeError(site, status, headers, text);
      if (plain) return { data: text, headers };
      const data = text === '' ? undefined : parseJson(text);
      return data === undefined && text !== '' ? foreignAnswer(site, text, '') : { data, headers };
    } catch (error) {
      return unreachable(site, error);
    }
  };
}
