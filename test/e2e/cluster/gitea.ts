import { execFile, execFileSync } from 'node:child_process';
import { chownSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { copyFile, link } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Binaries } from './binaries.ts';
import type { Certificates } from './certificates.ts';
import type { Processes } from './processes.ts';
import { freePorts } from './processes.ts';

const Account = z.object({ login: z.string(), token: z.string() });

/** What tests need to use the running Gitea. */
export const GiteaState = z.object({
  /** Without a slash at its end; reached from the host and from pods. */
  url: z.string(),
  /** `address:port`. */
  host: z.string(),
  /** Owner of the teams' repositories. */
  organization: z.string(),
  admin: Account.extend({ password: z.string() }),
  /** What Remendo acts as. Its token may do what Remendo needs and no more. */
  bot: Account,
  /** A person who reviews and merges. */
  reviewer: Account,
  /** A person who works in the teams' repositories. */
  developer: Account,
  /** What Argo CD reads private repositories with. */
  reader: Account,
});
export type GiteaState = z.infer<typeof GiteaState>;

// Gitea refuses to run as root; nobody is an account that every machine has.
const NOBODY = 65_534;
const ADMIN = { login: 'gitea-admin', password: 'only-for-this-run-1' };
const ORGANIZATION = 'shop';

/** Rights of each account in the organization's repositories, and of its token. */
const PEOPLE = {
  bot: { login: 'remendo-bot', may: 'write', scopes: ['write:repository', 'write:issue', 'read:user'] },
  reviewer: { login: 'reviewer', may: 'write', scopes: ['write:repository', 'write:issue'] },
  developer: { login: 'dana', may: 'write', scopes: ['write:repository', 'write:issue'] },
  reader: { login: 'argocd', may: 'read', scopes: ['read:repository'] },
} as const;

/**
 * Starts Gitea on an address that pods reach too, with its people and one organization; answers when all can be used.
 * It speaks HTTPS with the authority of the run, as a company has it: Remendo sends no credentials over plain HTTP.
 */
export async function startGitea(
  directory: string,
  binaries: Binaries,
  processes: Processes,
  { ca, server }: Certificates,
  address: string,
): Promise<GiteaState> {
  const home = join(directory, 'gitea');
  const [port = 0] = await freePorts(1, address);
  const host = `${address}:${port}`;
  const url = `https://${host}`;
  for (const folder of [home, join(home, 'static'), join(home, 'data')]) {
    mkdirSync(folder);
    chownSync(folder, NOBODY, NOBODY);
  }
  execFileSync('tar', ['--no-same-owner', '-xf', binaries.files('gitea'), '-C', join(home, 'static')]);
  // The cache lies in a home folder, which its user may not enter.
  const program = join(home, 'gitea');
  await link(binaries.gitea, program).catch(() => copyFile(binaries.gitea, program));
  const config = join(home, 'app.ini');
  writeFileSync(config, settings(home, address, port), { mode: 0o600 });
  copyFileSync(server.cert, join(home, 'server.crt'));
  copyFileSync(server.key, join(home, 'server.key'));
  for (const file of [config, join(home, 'server.crt'), join(home, 'server.key')]) chownSync(file, NOBODY, NOBODY);

  const env = { HOME: join(home, 'data'), USER: 'nobody' };
  const common = ['--config', config, '--work-path', join(home, 'data')];
  const options = { args: [...common, 'web'], cwd: join(home, 'data'), env, user: NOBODY };
  const gitea = processes.start('gitea', program, options);
  const anyone = createGiteaClient(url, ca.cert);
  await processes.waitFor(gitea, async () => Boolean(await anyone('GET', '/version')), 120);
  const { login, password } = ADMIN;
  const account = ['--username', login, '--password', password, '--email', `${login}@example.com`];
  await promisify(execFile)(
    program,
    [...common, 'admin', 'user', 'create', '--admin', '--must-change-password=false', ...account],
    { cwd: join(home, 'data'), env: { PATH: process.env['PATH'], ...env }, uid: NOBODY, gid: NOBODY, timeout: 60_000 },
  );
  return { url, host, organization: ORGANIZATION, ...(await populate(url, ca.cert)) };
}

/** https://docs.gitea.com/administration/config-cheat-sheet: a small server that calls nobody. */
function settings(home: string, address: string, port: number): string {
  const sections: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    server: {
      PROTOCOL: 'https',
      CERT_FILE: join(home, 'server.crt'),
      KEY_FILE: join(home, 'server.key'),
      HTTP_ADDR: address,
      HTTP_PORT: String(port),
      ROOT_URL: `https://${address}:${port}/`,
      STATIC_ROOT_PATH: join(home, 'static'),
      OFFLINE_MODE: 'true',
      DISABLE_SSH: 'true',
    },
    database: {
      DB_TYPE: 'sqlite3',
      PATH: join(home, 'data', 'gitea.db'),
      SQLITE_TIMEOUT: '20000',
      SQLITE_JOURNAL_MODE: 'WAL',
    },
    repository: { ROOT: join(home, 'data', 'repositories'), DEFAULT_BRANCH: 'main' },
    security: { INSTALL_LOCK: 'true', PASSWORD_HASH_ALGO: 'pbkdf2$1000$50' },
    service: { DISABLE_REGISTRATION: 'true' },
    indexer: { ISSUE_INDEXER_TYPE: 'db' },
    actions: { ENABLED: 'false' },
    packages: { ENABLED: 'false' },
    'cron.update_checker': { ENABLED: 'false' },
    log: { MODE: 'console', LEVEL: 'warn' },
  };
  return Object.entries(sections)
    .map(
      ([name, values]) =>
        `[${name}]\n${Object.entries(values)
          .map(([key, value]) => `${key} = ${value}\n`)
          .join('')}`,
    )
    .join('\n');
}

/** The organization, its people and their tokens. */
async function populate(url: string, ca: string): Promise<Omit<GiteaState, 'url' | 'host' | 'organization'>> {
  const basic = `Basic ${Buffer.from(`${ADMIN.login}:${ADMIN.password}`).toString('base64')}`;
  const post = createGiteaClient(url, ca, basic);
  const tokenOf = async (login: string, scopes: readonly string[]): Promise<string> =>
    Token.parse(await post('POST', `/users/${login}/tokens`, { name: 'e2e', scopes })).sha1;
  await post('POST', '/orgs', { username: ORGANIZATION });
  const made: Record<string, z.infer<typeof Account>> = {};
  for (const [role, { login, may, scopes }] of Object.entries(PEOPLE)) {
    await post('POST', '/admin/users', {
      username: login,
      email: `${login}@example.com`,
      password: ADMIN.password,
      must_change_password: false,
    });
    const { id } = Team.parse(
      await post('POST', `/orgs/${ORGANIZATION}/teams`, {
        name: role,
        permission: may,
        includes_all_repositories: true,
        units: ['repo.code', 'repo.issues', 'repo.pulls'],
      }),
    );
    await post('PUT', `/teams/${id}/members/${login}`);
    made[role] = { login, token: await tokenOf(login, scopes) };
  }
  const token = await tokenOf(ADMIN.login, ['all']);
  const people = z.object({ bot: Account, reviewer: Account, developer: Account, reader: Account }).parse(made);
  return { admin: { ...ADMIN, token }, ...people };
}

const Token = z.object({ sha1: z.string() });
const Team = z.object({ id: z.number() });

/** One request of Gitea's API, as what tests do, never as what Remendo does; throws with what the server said. */
export type GiteaClient = (method: string, path: string, body?: unknown) => Promise<unknown>;

/** `ca`: file of the authority; `authorization`: the header's value. */
export function createGiteaClient(url: string, ca: string, authorization?: string): GiteaClient {
  const headers = { 'Content-Type': 'application/json', ...(authorization && { Authorization: authorization }) };
  const options = { ca: readFileSync(ca), headers, timeout: 60_000 };
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const sent = request(`${url}/api/v1${path}`, { ...options, method }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const { statusCode = 0 } = response;
          if (statusCode < 300) resolve(text === '' ? undefined : JSON.parse(text));
          else reject(new Error(`Gitea answers ${method} ${path} with ${statusCode}: ${text.slice(0, 500)}`));
        });
      });
      sent.on('error', reject);
      sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
}
