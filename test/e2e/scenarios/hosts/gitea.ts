import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Cluster } from '../../cluster/cluster.ts';
import type { GiteaClient } from '../../cluster/gitea.ts';
import { createGiteaClient } from '../../cluster/gitea.ts';
import { trustOnly } from '../../cluster/trust.ts';
import type { Changes, GitHost, PullView } from './host.ts';

const Pull = z.object({
  number: z.number(),
  title: z.string(),
  body: z.string(),
  state: z.enum(['open', 'closed']),
  merged: z.boolean(),
  merge_commit_sha: z.string().nullish(),
  head: z.object({ ref: z.string(), sha: z.string() }),
  base: z.object({ ref: z.string(), sha: z.string() }),
  user: z.object({ login: z.string() }),
  labels: z.array(z.object({ name: z.string() })),
});
const Comments = z.array(z.object({ id: z.number(), user: z.object({ login: z.string() }), body: z.string() }));
const Repository = z.object({ empty: z.boolean() });
const File = z.object({ content: z.string() });

/** The running Gitea; people's clones are made below `directory`. */
export function attachGitea({ gitea, ca }: Cluster, directory: string): GitHost {
  const { url, organization, bot, developer } = gitea;
  const as = ({ token }: { readonly token: string }): GiteaClient => createGiteaClient(url, ca, `token ${token}`);
  const [admin, reviewer] = [as(gitea.admin), as(gitea.reviewer)];
  const api = (name: string, rest = ''): string => `/repos/${organization}/${name}${rest}`;
  const cloneURL = (name: string): string => `${url}/${organization}/${name}.git`;
  const made: string[] = [];

  async function pull(name: string, number: number): Promise<z.infer<typeof Pull>> {
    return Pull.parse(await reviewer('GET', api(name, `/pulls/${number}`)));
  }

  return {
    config: { gitea: { host: gitea.host, apiUrl: `${url}/api/v1` } },
    env: { REMENDO_GITEA_TOKEN: bot.token, NODE_EXTRA_CA_CERTS: ca, ...trustOnly(ca) },
    reader: { username: gitea.reader.login, password: gitea.reader.token },
    async createRepository(name, { files, private: hidden }) {
      const repository = { name, private: hidden, auto_init: false, default_branch: 'main' };
      // A test that crashed may have left one.
      await admin('DELETE', api(name)).catch(() => undefined);
      await admin('POST', `/orgs/${organization}/repos`, repository);
      made.push(name);
      const clone = join(directory, name);
      mkdirSync(clone, { recursive: true });
      const git = createGit(clone, ca, developer.token);
      await git('init', '--quiet', '--initial-branch=main');
      await git('remote', 'add', 'origin', cloneURL(name));
      await commit(git, clone, files, 'Initial commit');
      // Gitea looks at what was pushed a moment later; until then the repository counts as empty and has no pull requests.
      await whenReady(async () => {
        const { empty } = Repository.parse(await admin('GET', api(name)));
        if (empty) throw new Error(`${name} is still empty, ${LATER}`);
      });
      return cloneURL(name);
    },
    async push(name, files, message) {
      const clone = join(directory, name);
      const git = createGit(clone, ca, developer.token);
      await git('fetch', '--quiet', 'origin', 'main');
      await git('reset', '--quiet', '--hard', 'FETCH_HEAD');
      await commit(git, clone, files, message);
    },
    async file(name, path) {
      const { content } = File.parse(await reviewer('GET', api(name, `/contents/${path}?ref=main`)));
      return Buffer.from(content, 'base64').toString('utf8');
    },
    async pulls(name) {
      const all = z.array(Pull).parse(await reviewer('GET', api(name, '/pulls?state=all&limit=50')));
      const own = all.filter(({ user }) => user.login === bot.login).toSorted((a, b) => b.number - a.number);
      return Promise.all(
        own.map(async (one): Promise<PullView> => {
          const comments = Comments.parse(await reviewer('GET', api(name, `/issues/${one.number}/comments`)));
          const { number, title, body, head, base, merge_commit_sha: mergeCommitSha } = one;
          return {
            number,
            title,
            body,
            head,
            base,
            state: one.merged ? 'merged' : one.state,
            author: one.user.login,
            labels: one.labels.map((label) => label.name),
            comments: comments.map(({ id, user, body }) => ({ id, author: user.login, body })),
            ...(one.merged && mergeCommitSha != null ? { mergeCommitSha } : {}),
          };
        }),
      );
    },
    async merge(name, number, method) {
      await whenReady(() => reviewer('POST', api(name, `/pulls/${number}/merge`), { Do: method }));
      return (await pull(name, number)).merge_commit_sha ?? '';
    },
    async closePull(name, number) {
      await reviewer('PATCH', api(name, `/pulls/${number}`), { state: 'closed' });
    },
    async letCommand(name) {
      // Of a team's members with rights for single units Gitea says that they only read, and it says so to administrators only.
      const { reviewer: person } = gitea;
      await admin('PUT', api(name, `/collaborators/${person.login}`), { permission: 'write' });
      await admin('PUT', api(name, `/collaborators/${bot.login}`), { permission: 'admin' });
    },
    async comment(name, number, body) {
      await reviewer('POST', api(name, `/issues/${number}/comments`), { body });
    },
    async close() {
      for (const name of made) await admin('DELETE', api(name));
    },
  };
}

type Git = (...args: string[]) => Promise<string>;

/** Real Git as the developer has it; nothing of this machine's configuration. */
function createGit(directory: string, ca: string, token: string): Git {
  const env = {
    PATH: process.env['PATH'],
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    ...trustOnly(ca),
    GIT_CONFIG_COUNT: '3',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: token ${token}`,
    GIT_CONFIG_KEY_1: 'user.name',
    GIT_CONFIG_VALUE_1: 'Dana',
    GIT_CONFIG_KEY_2: 'user.email',
    GIT_CONFIG_VALUE_2: 'dana@example.com',
  };
  return async (...args) => (await promisify(execFile)('git', args, { cwd: directory, env, timeout: 120_000 })).stdout;
}

async function commit(git: Git, clone: string, files: Changes, message: string): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(clone, path);
    if (content === null) rmSync(file);
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
  await git('add', '--all');
  await git('commit', '--quiet', '--message', message);
  await git('push', '--quiet', 'origin', 'HEAD:main');
}

/** What Gitea says as long as it has not found out whether a pull request conflicts. */
const LATER = 'try again later';

/** Asks until Gitea does not want to be asked later; half a minute at most. */
async function whenReady(ask: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await ask();
      return;
    } catch (error) {
      if (attempt === 60 || !String(error).includes(LATER)) throw error;
      await sleep(500);
    }
  }
}
