import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { z } from 'zod';
import { createGitea } from '../../../src/adapters/gitea/gitea.ts';
import type { Forge } from '../../../src/ports/forge.ts';
import { createTestLog } from '../../adapters/github/client.ts';
import { createCheckout, pushFirstCommit } from '../../support/forge-contract/checkout.ts';
import { SCOPES } from '../../support/forge-contract/scopes.ts';
import type { ForgeWorld, Person } from '../../support/forge-contract/world.ts';
import type { GiteaState } from '../cluster/gitea.ts';

/** One request of Gitea's API, as what people do, never as what Remendo does; throws with what the server said. */
export type GiteaClient = (method: string, path: string, body?: unknown) => Promise<unknown>;

export type Account = { readonly login: string; readonly token: string };

/** The server under test, and the certificate of the authority that it is known by, where it needs one. */
export type Server = Omit<GiteaState, 'host'> & { readonly ca?: string };

/** A fresh repository on the real Gitea; `admin` does in it what only an administrator can. */
export interface GiteaWorld extends ForgeWorld {
  readonly owner: string;
  readonly name: string;
  /** Clone URL without credentials. */
  readonly url: string;
  readonly admin: GiteaClient;
  readonly asToken: (token: string) => Forge;
}

const STYLES = { merge: 'merge', squash: 'squash', rebase: 'rebase' } as const;
let made = 0;
let people: ReturnType<typeof peopleOf> | undefined;

/** `public`: strangers may see it, and fork it. */
export async function startGiteaWorld(t: TestContext, gitea: Server, isPublic = false): Promise<GiteaWorld> {
  const { bot, reviewer, developer, ca } = gitea;
  if (ca !== undefined) setDefaultCACertificates([...getCACertificates('default'), readFileSync(ca, 'utf8')]);
  const admin = clientOf(gitea.url, `token ${gitea.admin.token}`);
  const owner = gitea.organization;
  const name = `forge-${randomBytes(4).toString('hex')}-${made++}`;
  await admin('POST', `/orgs/${owner}/repos`, { name, private: !isPublic, default_branch: 'main' });
  const url = `${gitea.url}/${owner}/${name}.git`;
  await pushFirstCommit(t, url, developer.token, ca);
  await settled(admin, owner, name);
  const at = `/repos/${owner}/${name}`;
  people ??= peopleOf(gitea);
  const accounts = await people;
  const { stranger } = accounts;
  const on = (token: string, send: typeof fetch = fetch): Forge =>
    createGitea({
      repository: { owner, name },
      apiUrl: `${gitea.url}/api/v1`,
      token,
      log: createTestLog(),
      throttle: false,
      fetch: send,
    });
  // As people do it in the browser, whatever the scopes of their tokens.
  const sudo = (login: string): GiteaClient => {
    return (method, path, body) => admin(method, `${path}${path.includes('?') ? '&' : '?'}sudo=${login}`, body);
  };
  const forked = new Set<string>();
  return {
    owner,
    name,
    url,
    admin,
    forge: on(bot.token),
    login: bot.login,
    over: (send) => on(bot.token, send),
    asToken: (token) => on(token),
    as: async (person) => on(accounts[person].token),
    async trusting() {
      // Rights through teams for single units are not told: these are given to the accounts themselves.
      const give = (login: string, permission: string) => admin('PUT', `${at}/collaborators/${login}`, { permission });
      await give(bot.login, 'admin');
      await give(developer.login, 'write');
      return on(bot.token);
    },
    checkout: await createCheckout(t, url, developer.token, ca),
    loginOf: (person) => accounts[person].login,
    comment: async (number, person, body) =>
      void (await sudo(accounts[person].login)('POST', `${at}/issues/${number}/comments`, { body })),
    async label(number, label) {
      await admin('POST', `${at}/labels`, { name: label, color: '#00aabb' });
      await admin('POST', `${at}/issues/${number}/labels`, { labels: [label] });
    },
    merge: (number, method) => mergePull(sudo(reviewer.login), `${at}/pulls/${number}`, STYLES[method]),
    close: async (number) => void (await admin('PATCH', `${at}/pulls/${number}`, { state: 'closed' })),
    open: async (title, head) =>
      numberOf(await sudo(developer.login)('POST', `${at}/pulls`, { title, head, base: 'main' })),
    async openFromFork(head, fork) {
      // An account has one fork of a repository.
      const { login, token } = fork === 'present' ? stranger : reviewer;
      const forkName = `${name}-fork`;
      const person = sudo(login);
      await admin('PATCH', at, { private: false });
      if (!forked.has(login)) await person('POST', `${at}/forks`, { name: forkName });
      forked.add(login);
      const checkout = await createCheckout(t, `${gitea.url}/${login}/${forkName}.git`, token, ca);
      await checkout.push({ branch: head, from: 'main', files: { fork: head }, message: 'x' });
      await person('POST', `${at}/pulls`, { title: 'Trust me', head: `${login}:${head}`, base: 'main' });
      if (fork === 'deleted') await admin('DELETE', `/repos/${login}/${forkName}`);
    },
    archive: async () => void (await admin('PATCH', at, { archived: true })),
    isCommit: (method, path) => method === 'POST' && path.endsWith('/contents'),
    isMove: (method, path) => method === 'PUT' && path.includes('/branches/'),
  };
}

function clientOf(url: string, authorization: string): GiteaClient {
  return async (method, path, body) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Gitea answers ${method} ${path} with ${response.status}: ${text.slice(0, 500)}`);
    return text === '' ? undefined : JSON.parse(text);
  };
}

/** Gitea notes some time after the first push that a repository is not empty any more. */
async function settled(admin: GiteaClient, owner: string, name: string): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    const { empty } = z.object({ empty: z.boolean() }).parse(await admin('GET', `/repos/${owner}/${name}`));
    if (!empty) return;
    if (Date.now() > end) throw new Error(`Gitea still calls ${owner}/${name} empty`);
    await sleep(200);
  }
}

const Pull = z.object({ number: z.number() });

function numberOf(answer: unknown): number {
  return Pull.parse(answer).number;
}

/** Gitea looks in the background whether a pull request can be merged, and refuses until it knows. */
async function mergePull(client: GiteaClient, path: string, style: string): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    try {
      await client('POST', `${path}/merge`, { Do: style });
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(300);
    }
  }
}

const PASSWORD = 'only-for-this-run-2';
const STRANGER = 'stranger';
/** The server's people with tokens of the same scopes; `stranger` has no rights in the organization. */
async function peopleOf(server: Server): Promise<Readonly<Record<Person, Account>>> {
  const account = {
    username: STRANGER,
    email: `${STRANGER}@example.com`,
    password: PASSWORD,
    must_change_password: false,
  };
  // It is there already where another test made it.
  await clientOf(server.url, `token ${server.admin.token}`)('POST', '/admin/users', account).catch(() => undefined);
  const of = async (login: string): Promise<Account> => ({ login, token: await tokenOf(server, login, SCOPES) });
  return { writer: server.developer, reader: await of(server.reader.login), stranger: await of(STRANGER) };
}

/** A token with exactly these scopes. Gitea makes tokens for who gives a password only. */
export async function tokenOf({ url, admin }: Server, login: string, scopes: readonly string[]): Promise<string> {
  const basic = clientOf(url, `Basic ${Buffer.from(`${admin.login}:${admin.password}`).toString('base64')}`);
  const name = `forge-${randomBytes(6).toString('hex')}`;
  return z.object({ sha1: z.string() }).parse(await basic('POST', `/users/${login}/tokens`, { name, scopes })).sha1;
}
