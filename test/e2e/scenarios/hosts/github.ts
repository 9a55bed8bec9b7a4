import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createGitHubSandbox } from '../../../../src/sandbox/github/sandbox.ts';
import type { GitHost } from './host.ts';

const OWNER = 'shop';

/** The simulator of GitHub, with its repositories below `directory`. */
export async function startGitHub(directory: string): Promise<GitHost> {
  const github = createGitHubSandbox({ directory });
  const address = await github.listen();
  const { bot, reviewer } = github;
  const developer = { name: 'Dana', email: 'dana@example.com' };
  return {
    config: { github: { host: address.host, apiUrl: address.url } },
    env: { GITHUB_TOKEN: bot.token },
    reader: { username: reviewer.login, password: reviewer.token },
    async createRepository(name, options) {
      await github.createRepository(OWNER, name, options);
      return address.gitUrl(OWNER, name);
    },
    async push(name, files, message) {
      await github.commitFiles(OWNER, name, { branch: 'main', files, message, author: developer });
    },
    async file(name, path) {
      const repository = github.repositoryPath(OWNER, name);
      return (await promisify(execFile)('git', ['-C', repository, 'show', `main:${path}`])).stdout;
    },
    async pulls(name) {
      const all = await github.pulls(OWNER, name);
      return all.filter(({ author }) => author === bot.login).toSorted((a, b) => b.number - a.number);
    },
    merge: (name, number, method) => github.merge(OWNER, name, number, { method, by: reviewer.login }),
    closePull: (name, number) => github.closePull(OWNER, name, number),
    letCommand: () => Promise.resolve(),
    async comment(name, number, body) {
      await github.comment(OWNER, name, number, reviewer.login, body);
    },
    close: () => github.close(),
  };
}
