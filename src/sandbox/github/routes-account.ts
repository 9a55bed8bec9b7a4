import { randomBytes } from 'node:crypto';
import type { Hono } from 'hono';
import { ApiError, notFound } from './errors.ts';
import type { SandboxContext, SandboxEnv } from './http.ts';
import { linksOf, param } from './http.ts';
import { presentApp, presentProfile } from './present-account.ts';
import type { GitHubApp, World } from './state.ts';

const HOUR = 3_600_000;

function appOf(c: SandboxContext): GitHubApp {
  const actor = c.get('actor');
  if (actor.kind !== 'app') throw new ApiError(401, 'A JSON web token could not be decoded');
  return actor.app;
}

/** Accounts, Apps and their tokens, the rate limit, and GraphQL's `viewer`. */
export function accountRoutes(app: Hono<SandboxEnv>, world: World): void {
  app.get('/user', (c) => {
    const actor = c.get('actor');
    if (actor.kind === 'anonymous') throw new ApiError(401, 'Requires authentication');
    if (actor.kind !== 'user') throw new ApiError(403, 'Resource not accessible by integration');
    return c.json(presentProfile(linksOf(c), actor.account));
  });
  app.get('/users/:login', (c) => {
    const account = world.accounts.get(param(c, 'login').toLowerCase());
    if (account === undefined) throw notFound();
    return c.json(presentProfile(linksOf(c), account));
  });
  app.get('/app', (c) => {
    const found = appOf(c);
    return c.json(presentApp(linksOf(c), found, world.accounts.get(found.owner.toLowerCase()) ?? found.bot));
  });
  app.post('/app/installations/:id/access_tokens', (c) => {
    const found = appOf(c);
    if (found.installationId !== Number(param(c, 'id'))) throw notFound();
    const token = `ghs_${randomBytes(18).toString('hex')}`;
    const expires = Date.now() + HOUR;
    world.tokens.set(token, { kind: 'installation', app: found, account: found.bot, expires });
    const permissions = { ...found.permissions };
    return c.json(
      { token, expires_at: new Date(expires).toISOString(), permissions, repository_selection: 'all' },
      201,
    );
  });
  app.get('/rate_limit', (c) => {
    const core = { limit: 5000, remaining: 5000, reset: Math.floor(Date.now() / 1000) + 3600, used: 0 };
    return c.json({ resources: { core, search: { ...core, limit: 30, remaining: 30 } }, rate: core });
  });
}
