import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import type { MiddlewareHandler } from 'hono';
import { actorOf } from './access.ts';
import { ApiError } from './errors.ts';
import type { Faults } from './faults.ts';
import { faultMiddleware } from './faults.ts';
import { graphqlRoutes } from './graphql.ts';
import type { SandboxEnv } from './http.ts';
import { API_PATH, param } from './http.ts';
import { refreshPulls } from './pulls.ts';
import { accountRoutes } from './routes-account.ts';
import { gitRoutes } from './routes-git.ts';
import { commentRoutes, labelRoutes } from './routes-issues.ts';
import { pullRoutes } from './routes-pulls.ts';
import { repositoryRoutes } from './routes-repository.ts';
import { smartHttpRoutes } from './smart-http.ts';
import type { World } from './state.ts';
import { inTurn, repositoryKey } from './state.ts';

/** A request, as hooks are told of it. */
export interface SandboxRequest {
  readonly method: string;
  /** With query; the API's base is left off for API requests, `git:` stands before git's own. */
  readonly path: string;
}

/** One answered request (git's own without bodies), for tests that check it against GitHub's API description. */
export interface Exchange extends SandboxRequest {
  readonly status: number;
  readonly request: string;
  readonly response: string;
  readonly headers: Headers;
}

/** What a test may do around requests. */
export interface ServerHooks {
  /** Called before a request is looked at, with its number from 1. */
  readonly onRequest?: ((n: number, request: SandboxRequest) => void | Promise<void>) | undefined;
  readonly onResponse?: ((exchange: Exchange) => void) | undefined;
}

/** The whole simulator as one fetch handler: the API under `/api/v3`, GraphQL, and git beside them. */
export function createServerApp(world: World, faults: Faults, hooks: ServerHooks): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>();
  app.onError((error, c) => {
    if (error instanceof ApiError) return c.json(error.body, error.status);
    return c.json({ message: `simulator: ${error.message}` }, 500);
  });
  app.notFound((c) => c.json({ message: 'Not Found', documentation_url: 'https://docs.github.com/rest' }, 404));

  let count = 0;
  app.use(async (c, next) => {
    const { pathname, search } = new URL(c.req.url);
    const api = pathname.startsWith(API_PATH);
    const path = `${api ? pathname.slice(API_PATH.length) : `git:${pathname}`}${search}`;
    const { method } = c.req;
    await hooks.onRequest?.(++count, { method, path });
    const request = api && hooks.onResponse ? await c.req.text() : '';
    await next();
    if (!hooks.onResponse) return;
    const response = api ? await c.res.clone().text() : '';
    hooks.onResponse({ method, path, status: c.res.status, request, response, headers: c.res.headers });
  });
  app.use(faultMiddleware(faults, API_PATH));
  app.use(async (c, next) => {
    c.set('actor', actorOf(world, c.req.header('authorization')));
    await next();
  });
  graphqlRoutes(app);
  smartHttpRoutes(app, world);
  app.route(API_PATH, createApi(world));
  return app;
}

function createApi(world: World): Hono<SandboxEnv> {
  const api = new Hono<SandboxEnv>();
  api.use(rateHeaders(world), etags);
  api.use('/repos/:owner/:repo/*', (c, next) => {
    const repository = world.repositories.get(repositoryKey(param(c, 'owner'), param(c, 'repo')));
    if (repository === undefined) return next();
    return inTurn(repository, async () => {
      await refreshPulls(world, repository);
      await next();
    });
  });
  accountRoutes(api, world);
  repositoryRoutes(api, world);
  gitRoutes(api, world);
  pullRoutes(api, world);
  commentRoutes(api, world);
  labelRoutes(api, world);
  return api;
}

/** 5,000 requests an hour for each credential; answers of 304 are free, as on GitHub. */
function rateHeaders(world: World): MiddlewareHandler<SandboxEnv> {
  return async (c, next) => {
    await next();
    const key = c.req.header('authorization') ?? '';
    const used = (world.rate.get(key) ?? 0) + (c.res.status === 304 ? 0 : 1);
    world.rate.set(key, used);
    c.header('x-ratelimit-limit', '5000');
    c.header('x-ratelimit-remaining', String(Math.max(0, 5000 - used)));
    c.header('x-ratelimit-used', String(used));
    c.header('x-ratelimit-reset', String(Math.floor(Date.now() / 1000) + 3600));
    c.header('x-github-request-id', `SANDBOX:${used}`);
    c.header('x-github-api-version-selected', c.req.header('x-github-api-version') ?? '2022-11-28');
  };
}

/** Weak ETags over the body, and 304 for who has it already. */
const etags: MiddlewareHandler<SandboxEnv> = async (c, next) => {
  await next();
  if (c.req.method !== 'GET' || c.res.status !== 200) return;
  const digest = createHash('sha256').update(await c.res.clone().text());
  const etag = `W/"${digest.update(c.res.headers.get('link') ?? '').digest('hex')}"`;
  const known = c.req.header('if-none-match') === etag;
  if (known) c.res = new Response(null, { status: 304, headers: { etag } });
  else c.header('ETag', etag);
};
