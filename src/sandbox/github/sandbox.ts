import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { createFaults } from './faults.ts';
import { API_PATH } from './http.ts';
import { createBareRepository } from './bare-repository.ts';
import type { Credential, GitHubSandbox, GitHubSandboxOptions } from './api.ts';
import { createPeople } from './people.ts';
import type { SandboxRequest } from './server.ts';
import { createServerApp } from './server.ts';
import type { Account, Repository } from './state.ts';

export type { GitHubSandbox, GitHubSandboxOptions } from './api.ts';
import { createWorld, repositoryKey } from './state.ts';

const KEPT_REQUESTS = 10_000;

/** Makes the sandbox; nothing listens until `listen`. */
export function createGitHubSandbox(options: GitHubSandboxOptions): GitHubSandbox {
  const world = createWorld(options.now ?? (() => new Date()));
  const faults = createFaults();
  const requests: (SandboxRequest & { status: number })[] = [];
  const app = createServerApp(world, faults, {
    onRequest: options.onRequest,
    onResponse: (exchange) => {
      requests.push({ method: exchange.method, path: exchange.path, status: exchange.status });
      if (requests.length > KEPT_REQUESTS) requests.shift();
      options.onResponse?.(exchange);
    },
  });
  let server: Server | undefined;

  const accountOf = (login: string, more: Partial<Omit<Account, 'login'>> = {}): Account => {
    const known = world.accounts.get(login.toLowerCase());
    if (known) return known;
    const id = world.nextId();
    const account: Account = { id, type: 'User', name: login, email: null, memberOf: new Set(), ...more, login };
    world.accounts.set(login.toLowerCase(), account);
    return account;
  };
  const credentialOf = (account: Account): Credential => {
    const token = `ghp_${randomBytes(18).toString('hex')}`;
    world.tokens.set(token, { kind: 'user', account });
    return { login: account.login, token };
  };
  const repositoryOf = (owner: string, name: string): Repository => {
    const repository = world.repositories.get(repositoryKey(owner, name));
    if (repository === undefined) throw new Error(`the sandbox has no repository ${owner}/${name}`);
    return repository;
  };
  const bot = credentialOf(accountOf('remendo-bot'));
  const reviewer = credentialOf(accountOf('reviewer', { email: 'reviewer@example.com' }));
  const people = createPeople(world, repositoryOf, (login) => accountOf(login));

  return {
    ...people,
    bot,
    reviewer,
    requests,
    fault: (fault) => faults.add(fault),
    repositoryPath: (owner, name) => repositoryOf(owner, name).git.directory,
    grant: (owner, name, login, role) => void repositoryOf(owner, name).roles.set(login.toLowerCase(), role),
    archive: (owner, name) => void (repositoryOf(owner, name).archived = true),
    addUser: (login, { email, memberOf = [] } = {}) =>
      credentialOf(accountOf(login, { email: email ?? null, memberOf: new Set(memberOf) })),
    addApp({ slug, owner, publicKey, permissions }) {
      const account = accountOf(`${slug}[bot]`, { type: 'Bot' });
      const [id, installationId] = [world.nextId(), world.nextId()];
      const all = permissions ?? { contents: 'write', pull_requests: 'write', issues: 'write', metadata: 'read' };
      world.apps.set(id, { id, slug, owner, publicKey, permissions: all, bot: account, installationId });
      return { appId: id, installationId, login: account.login };
    },
    async createRepository(owner, name, { files, private: hidden = false, defaultBranch = 'main' }) {
      const date = world.now();
      const repository: Repository = {
        id: world.nextId(),
        owner: accountOf(owner, { type: 'Organization' }),
        name,
        private: hidden,
        archived: false,
        defaultBranch,
        createdAt: date,
        pushedAt: date,
        git: await createBareRepository(join(options.directory, owner, `${name}.git`), defaultBranch),
        roles: new Map([bot, reviewer].map(({ login }) => [login, 'write'])),
        labels: new Map(),
        pulls: new Map(),
        nextNumber: 1,
        last: Promise.resolve(),
      };
      world.repositories.set(repositoryKey(owner, name), repository);
      const author = { name: owner, email: `${owner}@example.com` };
      const sha = await people.commitFiles(owner, name, {
        branch: defaultBranch,
        files,
        message: 'Initial commit',
        author,
      });
      return { sha };
    },
    listen: (hostname = '127.0.0.1') =>
      new Promise((resolve) => {
        const started = serve({ fetch: app.fetch, port: 0, hostname }, ({ port }) => {
          const host = `${hostname}:${port}`;
          const gitUrl = (owner: string, name: string): string => `http://${host}/${owner}/${name}.git`;
          resolve({ url: `http://${host}${API_PATH}`, host, gitUrl });
        });
        server = 'closeAllConnections' in started ? started : undefined;
      }),
    close: () =>
      new Promise((resolve) => {
        if (server === undefined) return resolve();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
