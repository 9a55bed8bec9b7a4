import type { JsonObject } from '../../domain/json.ts';
import { atLeast, maySee, roleOf } from './access.ts';
import type { Account, Actor, GitHubApp, Repository } from './state.ts';

/** Where the simulator is reached: the API's base and the web's. */
export interface Links {
  readonly api: string;
  readonly web: string;
}

/** GitHub's node ids are opaque; these only have to be stable and different. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url');
}

/** An account as the API shows it. */
export function presentUser(links: Links, account: Account): JsonObject {
  const url = `${links.api}/users/${encodeURIComponent(account.login)}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId('User', account.id),
    avatar_url: `${links.web}/avatars/${account.id}`,
    gravatar_id: '',
    url,
    html_url: `${links.web}/${encodeURIComponent(account.login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    user_view_type: 'public',
    site_admin: false,
  };
}

/** The longer form of `GET /user` and `GET /users/{username}`. */
export function presentProfile(links: Links, account: Account): JsonObject {
  return {
    ...presentUser(links, account),
    name: account.name,
    company: null,
    blog: '',
    location: null,
    email: account.email,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: '2020-01-01T00:00:00Z',
    updated_at: '2020-01-01T00:00:00Z',
  };
}

/** A GitHub App as the API shows it. */
export function presentApp(links: Links, app: GitHubApp, owner: Account): JsonObject {
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('App', app.id),
    client_id: `Iv1.${app.id}`,
    owner: presentUser(links, owner),
    name: app.slug,
    description: null,
    external_url: links.web,
    html_url: `${links.web}/apps/${app.slug}`,
    created_at: '2020-01-01T00:00:00Z',
    updated_at: '2020-01-01T00:00:00Z',
    permissions: { ...app.permissions },
    events: [],
    installations_count: 1,
  };
}

/** What the asking actor may do; absent for anonymous requests, as on GitHub. */
export function presentPermissions(actor: Actor, repository: Repository): JsonObject {
  if (actor.kind === 'anonymous' || actor.kind === 'app') return {};
  const write = actor.kind === 'installation' && actor.app.permissions.contents === 'write';
  const role = actor.kind === 'user' ? roleOf(repository, actor.account) : write ? 'write' : 'read';
  return {
    permissions: {
      admin: atLeast(role, 'admin'),
      maintain: atLeast(role, 'maintain'),
      push: atLeast(role, 'write'),
      triage: atLeast(role, 'triage'),
      pull: maySee(actor, repository),
    },
  };
}
