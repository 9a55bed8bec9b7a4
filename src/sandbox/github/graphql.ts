import type { Hono } from 'hono';
import { z } from 'zod';
import { ApiError } from './errors.ts';
import type { SandboxEnv } from './http.ts';
import { bodyOf } from './http.ts';

const Query = z.object({ query: z.string() });

/** GraphQL, as far as `viewer { login databaseId }`: the one question that an installation token may ask about itself. */
export function graphqlRoutes(app: Hono<SandboxEnv>): void {
  app.post('/api/graphql', async (c) => {
    const { query } = await bodyOf(c, Query);
    const actor = c.get('actor');
    if (actor.kind === 'anonymous' || actor.kind === 'app') throw new ApiError(401, 'Requires authentication');
    if (!/viewer\s*\{\s*login\s+databaseId\s*\}/.test(query)) {
      return c.json({ errors: [{ type: 'NOT_IMPLEMENTED', message: 'not simulated' }] });
    }
    return c.json({ data: { viewer: { login: actor.account.login, databaseId: actor.account.id } } });
  });
}
