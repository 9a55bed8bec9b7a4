import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { JsonValue } from '../../domain/json.ts';
import { maySee } from './access.ts';
import { ApiError, notFound, validationFailed } from './errors.ts';
import type { Links } from './present-account.ts';
import type { Actor, Pull, Repository, World } from './state.ts';
import { repositoryKey } from './state.ts';

/** Path of the REST API, as an Enterprise Server has it. */
export const API_PATH = '/api/v3';

/** What a request carries on its way: the connection, and who asks. */
export interface SandboxEnv {
  Bindings: HttpBindings;
  Variables: { actor: Actor };
}

/** A request on its way. */
export type SandboxContext = Context<SandboxEnv>;

/** The addresses that answers are made with. */
export function linksOf(c: SandboxContext): Links {
  const { origin } = new URL(c.req.url);
  return { api: `${origin}${API_PATH}`, web: origin };
}

/** A parameter of the path. */
export function param(c: SandboxContext, name: string): string {
  return c.req.param(name) ?? '';
}

/** The repository of the path, if the actor may see it: GitHub hides the others behind 404. */
export function repositoryOf(world: World, c: SandboxContext): Repository {
  const name = param(c, 'repo').replace(/\.git$/, '');
  const repository = world.repositories.get(repositoryKey(param(c, 'owner'), name));
  if (repository === undefined || !maySee(c.get('actor'), repository)) throw notFound();
  return repository;
}

/** The pull request that a path names, or 404. */
export function pullOf(repository: Repository, c: SandboxContext): Pull {
  const pull = repository.pulls.get(Number(param(c, 'number')));
  if (pull === undefined) throw notFound();
  return pull;
}

/** The request's JSON body; 400 where it is no JSON, 422 where a field is wrong. */
export async function bodyOf<T>(c: SandboxContext, schema: z.ZodType<T>): Promise<T> {
  let json: unknown;
  try {
    json = await c.req.json();
  } catch {
    throw new ApiError(400, 'Problems parsing JSON');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({
    resource: 'Request',
    field: issue.path.join('.'),
    code: 'invalid',
  }));
  throw validationFailed(errors);
}

/** One page of a list, with GitHub's Link header. `per_page` is 30 unless asked, 100 at most. */
export async function pageOf<T>(
  c: SandboxContext,
  items: readonly T[],
  present: (item: T) => JsonValue | Promise<JsonValue>,
  wrap: (page: JsonValue[]) => JsonValue = (page) => page,
): Promise<Response> {
  const size = Math.min(100, Math.max(1, Number(c.req.query('per_page') ?? 30) || 30));
  const page = Math.max(1, Number(c.req.query('page') ?? 1) || 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number, rel: string): string => {
    const url = new URL(c.req.url);
    url.searchParams.set('page', String(to));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
  ];
  if (links.length > 0) c.header('Link', links.join(', '));
  const shown: JsonValue[] = [];
  for (const item of items.slice((page - 1) * size, page * size)) shown.push(await present(item));
  return c.json(wrap(shown));
}
