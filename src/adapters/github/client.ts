import { createHash } from 'node:crypto';
import { createAppAuth } from '@octokit/auth-app';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { z } from 'zod';
import { err, ok } from '../../domain/result.ts';
import type { ForgeResult } from '../../ports/forge.ts';
import type { Log } from '../../ports/log.ts';
import { isShortWait } from '../forge/short-wait.ts';
import { wholeAnswer } from '../connection/whole-answer.ts';
import { toForeignAnswer, toForgeError } from './errors.ts';
import type { EtagCache } from './etag-cache.ts';
import { createMemoryCache, useEtags } from './etag-cache.ts';
import { InstallationAnswer } from './schema.ts';
import type { Scrub } from './scrub.ts';
import { createScrub } from './scrub.ts';

/** A personal or installation token, or a GitHub App's key (PEM), which gets a fresh token for each hour. */
export type GitHubAuth =
  | { readonly token: string }
  | { readonly appId: number | string; readonly privateKey: string; readonly installationId?: number };

/** One repository on one GitHub, and as whom it is asked. */
export interface ClientOptions {
  readonly repository: { readonly owner: string; readonly name: string };
  /** REST API base; `https://api.github.com` unless given. */
  readonly baseUrl?: string;
  readonly auth: GitHubAuth;
  readonly log: Log;
  /** For conditional requests; in memory unless given. */
  readonly cache?: EtagCache;
  /** Spaces writes and waits limits out. False in tests: nothing waits, reads are still repeated. */
  readonly throttle?: boolean;
  /** For one request, in milliseconds; 30,000 unless given. */
  readonly timeout?: number;
  readonly fetch?: typeof fetch;
}

/** GitHub's REST API for one repository, with errors as values. */
export interface Client {
  readonly repo: { readonly owner: string; readonly repo: string };
  readonly baseUrl: string;
  readonly auth: GitHubAuth;
  readonly log: Log;
  /** One request; its answer is read by `schema`. `what` completes "could not ..." in errors. */
  call<T>(what: string, schema: z.ZodType<T>, send: (octokit: Octokit) => Promise<{ data: unknown }>): ForgeResult<T>;
  /** A list, page after page of 100, until `limit` items were read. `more` says that there are others. */
  list<T>(
    what: string,
    schema: z.ZodType<T>,
    limit: number,
    send: (octokit: Octokit, page: { per_page: number; page: number }) => Promise<Page>,
  ): ForgeResult<{ readonly items: readonly T[]; readonly more: boolean }>;
}

interface Page {
  readonly data: unknown;
  readonly headers: { readonly link?: string | undefined };
}

/** The version of the API that the schemas were written for; Enterprise Servers know it too. */
const API_VERSION = '2022-11-28';
const PAGE = 100;

/** The client of one repository; credentials are in none of its errors. */
export function createClient(options: ClientOptions): Client {
  const { auth, log } = options;
  const baseUrl = options.baseUrl ?? 'https://api.github.com';
  const scrub = createScrub('token' in auth ? [auth.token] : [auth.privateKey]);
  const site = { name: 'GitHub', apiUrl: baseUrl, setting: 'github.apiUrl' };
  const connect = createConnect({ ...options, baseUrl, cache: options.cache ?? createMemoryCache() }, scrub);
  const call: Client['call'] = async (what, schema, send) => {
    try {
      const { data } = await send(await connect());
      const parsed = schema.safeParse(data);
      if (parsed.success) return ok(parsed.data);
      return err(toForeignAnswer(data, parsed.error.issues[0]?.path.join('.') ?? '', what, site, scrub));
    } catch (error) {
      return err(toForgeError(error, what, site, scrub));
    }
  };
  return {
    repo: { owner: options.repository.owner, repo: options.repository.name },
    baseUrl,
    auth,
    log,
    call,
    async list(what, schema, limit, send) {
      const items = [];
      let more = true;
      for (let page = 1; more && items.length < limit; page++) {
        let link: string | undefined;
        const answer = await call(what, schema.array(), async (octokit) => {
          const sent = await send(octokit, { per_page: PAGE, page });
          link = sent.headers.link;
          return sent;
        });
        if (!answer.ok) return answer;
        items.push(...answer.value);
        // A server that promises pages and gives nothing would be asked for ever.
        more = answer.value.length > 0 && /rel="next"/.test(link ?? '');
      }
      return ok({ items: items.slice(0, limit), more: more || items.length > limit });
    },
  };
}

const TokenAnswer = z.object({ token: z.string() });

/**
 * A token for Git over HTTPS: the credential itself, or an App's installation token, made afresh before it ends. Rejects
 * where the App is not installed or cannot be asked.
 */
export function createTokenSource(options: ClientOptions): () => Promise<string> {
  const { auth } = options;
  if ('token' in auth) return () => Promise.resolve(auth.token);
  const baseUrl = options.baseUrl ?? 'https://api.github.com';
  const connect = createConnect({ ...options, baseUrl, cache: createMemoryCache() }, createScrub([auth.privateKey]));
  return async () => {
    const octokit = await connect();
    return TokenAnswer.parse(await octokit.auth({ type: 'installation' })).token;
  };
}

type Connected = ClientOptions & { readonly baseUrl: string; readonly cache: EtagCache };

/** Makes the Octokit on first use; an App's installation is looked up then. A failed attempt is made again. */
function createConnect(options: Connected, scrub: Scrub): () => Promise<Octokit> {
  const { auth, repository } = options;
  let connected: Promise<Octokit> | undefined;
  const make = async (): Promise<Octokit> => {
    if ('token' in auth) return createOctokit(options, { auth: auth.token }, scrub);
    const { appId, privateKey } = auth;
    const strategy = (installationId?: number): object => ({
      authStrategy: createAppAuth,
      auth: {
        appId,
        privateKey: privateKey.replaceAll('\\n', '\n'),
        ...(installationId === undefined ? {} : { installationId }),
      },
    });
    if (auth.installationId !== undefined) return createOctokit(options, strategy(auth.installationId), scrub);
    const app = createOctokit(options, strategy(), scrub);
    const { data } = await app.rest.apps.getRepoInstallation({ owner: repository.owner, repo: repository.name });
    return createOctokit(options, strategy(InstallationAnswer.parse(data).id), scrub);
  };
  return () => {
    connected ??= make().catch((error: unknown) => {
      connected = undefined;
      throw error;
    });
    return connected;
  };
}

const Throttled = Octokit.plugin(throttling, retry);

function worthWaiting(retryAfter: number, _options: unknown, _octokit: unknown, retries: number): boolean {
  return isShortWait(retryAfter, retries);
}

function createOctokit(options: Connected, auth: object, scrub: Scrub): Octokit {
  const { baseUrl, log, cache, throttle = true, timeout = 30_000 } = options;
  const send = options.fetch ?? fetch;
  const say = (level: 'debug' | 'warn') => (text: string) => log[level]({ text: scrub(text) }, 'github client');
  const id = digestOf(options.auth, baseUrl);
  const octokit: Octokit = new Throttled({
    baseUrl,
    ...auth,
    userAgent: 'remendo',
    log: { debug: say('debug'), info: say('debug'), warn: say('warn'), error: say('debug') },
    throttle: { enabled: throttle, id, onRateLimit: worthWaiting, onSecondaryRateLimit: worthWaiting },
    retry: {
      retries: 2,
      doNotRetry: [400, 401, 403, 404, 405, 409, 410, 422, 429, 451],
      retryAfterBaseValue: throttle ? 1000 : 0,
    },
    request: {
      // Octokit takes a body that breaks off for a text; here it is an error, so that a read is repeated.
      fetch: async (url: string, init?: RequestInit) =>
        wholeAnswer(await send(url, { ...init, signal: AbortSignal.timeout(timeout) })),
    },
  });
  octokit.hook.before('request', (request) => {
    request.headers['x-github-api-version'] = API_VERSION;
    // A write whose answer was lost may have been done: it is looked for, never sent again blindly.
    if (request.method !== 'GET') request.request = { ...request.request, retries: 0 };
  });
  useEtags(octokit, cache, id);
  return octokit;
}

/** Tells credentials apart without holding them. */
function digestOf(auth: GitHubAuth, baseUrl: string): string {
  const who = 'token' in auth ? auth.token : `app ${auth.appId}`;
  return createHash('sha256').update(`${baseUrl} ${who}`).digest('hex').slice(0, 16);
}
