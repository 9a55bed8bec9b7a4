import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from './errors.ts';
import type { Account, Actor, AppArea, GitHubApp, Repository, Role, World } from './state.ts';
import { ROLES } from './state.ts';

const Claims = z.object({ iss: z.coerce.number(), iat: z.number(), exp: z.number() });

/** Who speaks, from the Authorization header: `token T`, `Bearer T`, an App's JWT, or Basic with the token as password. */
export function actorOf(world: World, authorization: string | undefined): Actor {
  if (authorization === undefined) return { kind: 'anonymous' };
  const [scheme = '', value = ''] = authorization.split(' ', 2);
  const token = scheme.toLowerCase() === 'basic' ? passwordOf(value) : value;
  if (token.split('.').length === 3) return { kind: 'app', app: appOf(world, token) };
  const actor = world.tokens.get(token);
  // Tokens are short-lived by the real clock, as the clients' caches are; `now` only dates what is written.
  if (actor === undefined || (actor.kind === 'installation' && actor.expires <= Date.now())) {
    throw new ApiError(401, 'Bad credentials');
  }
  return actor;
}

function passwordOf(basic: string): string {
  const text = Buffer.from(basic, 'base64').toString();
  return text.slice(text.indexOf(':') + 1);
}

/** GitHub's words for a JSON web token of a clock that is wrong; clients put theirs right by the answer's date. */
const WRONG_TIME = {
  past: "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
  issued: "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
  future: "'Expiration time' claim ('exp') is too far in the future",
} as const;

function appOf(world: World, jwt: string): GitHubApp {
  const [header = '', payload = '', signature = ''] = jwt.split('.');
  const refused = new ApiError(401, 'A JSON web token could not be decoded');
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    throw refused;
  }
  const claims = Claims.safeParse(parsed);
  const app = claims.success ? world.apps.get(claims.data.iss) : undefined;
  if (!claims.success || app === undefined) throw refused;
  const key = createPublicKey(app.publicKey);
  const signed = verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
  const now = Date.now() / 1000;
  if (!signed) throw refused;
  if (claims.data.exp < now) throw new ApiError(401, WRONG_TIME.past);
  if (claims.data.iat > now) throw new ApiError(401, WRONG_TIME.issued);
  if (claims.data.exp > now + 660) throw new ApiError(401, WRONG_TIME.future);
  return app;
}

/** What an account may do in a repository by role. */
export function roleOf(repository: Repository, account: Account): Role {
  if (account.id === repository.owner.id) return 'admin';
  return repository.roles.get(account.login.toLowerCase()) ?? (repository.private ? 'none' : 'read');
}

/** Whether a role can do all that another one can. */
export function atLeast(role: Role, wanted: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(wanted);
}

function installedOn(app: GitHubApp, repository: Repository): boolean {
  return app.owner.toLowerCase() === repository.owner.login.toLowerCase();
}

/** Whether a repository exists as far as somebody is told. */
export function maySee(actor: Actor, repository: Repository): boolean {
  if (actor.kind === 'user') return atLeast(roleOf(repository, actor.account), 'read');
  if (actor.kind === 'installation') return installedOn(actor.app, repository) || !repository.private;
  return actor.kind === 'app' ? installedOn(actor.app, repository) : !repository.private;
}

/** The account that writes, if the actor holds `role` (users) or the App's `area` permission; 401 or 403 otherwise. */
export function writer(actor: Actor, repository: Repository, area: AppArea, role: Role): Account {
  if (actor.kind === 'anonymous' || actor.kind === 'app') throw new ApiError(401, 'Requires authentication');
  if (actor.kind === 'installation') {
    if (actor.app.permissions[area] === 'write' && installedOn(actor.app, repository)) return actor.account;
    throw new ApiError(403, 'Resource not accessible by integration');
  }
  if (!atLeast(roleOf(repository, actor.account), role)) {
    throw new ApiError(403, 'Resource not accessible by personal access token');
  }
  if (repository.archived) throw new ApiError(403, 'Repository was archived so is read-only.');
  return actor.account;
}

/** GitHub's author_association of an account in a repository. */
export function associationOf(repository: Repository, account: Account): string {
  if (account.id === repository.owner.id) return 'OWNER';
  if (account.memberOf.has(repository.owner.login)) return 'MEMBER';
  return repository.roles.has(account.login.toLowerCase()) && account.type === 'User' ? 'COLLABORATOR' : 'NONE';
}
