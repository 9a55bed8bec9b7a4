import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

/** What a person pushes: content by path, null deletes. `from` (a branch or a SHA) rewrites the branch, or begins it. */
export interface Push {
  readonly branch: string;
  readonly files: Readonly<Record<string, string | null>>;
  readonly message: string;
  readonly from?: string;
}

/** A person's clone of the repository under test, over HTTP and with real git. */
export interface Checkout {
  /** SHA of what was pushed. */
  push(push: Push): Promise<string>;
  drop(branch: string): Promise<void>;
  /** git in the clone, after a fetch of all branches as `origin/NAME`. */
  git(...args: string[]): Promise<string>;
  /** Names of all branches of the forge. */
  branches(): Promise<readonly string[]>;
}

export const DEPLOYMENT = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n';

const NAME = ['-c', 'user.name=Dana', '-c', 'user.email=dana@example.com', '-c', 'commit.gpgSign=false'];
const ENVIRONMENT = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0' };

/** git in a new folder, with a credential and, where it is needed, with the certificate of an authority. */
async function gitIn(
  t: TestContext,
  token: string,
  ca: string | undefined,
): Promise<{ readonly directory: string; readonly git: (...args: string[]) => Promise<string> }> {
  const directory = await mkdtemp(join(tmpdir(), 'remendo-checkout-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const basic = Buffer.from(`person:${token}`).toString('base64');
  const config = [
    `http.extraHeader=Authorization: Basic ${basic}`,
    ...(ca === undefined ? [] : [`http.sslCAInfo=${ca}`]),
  ];
  const options = [...NAME, ...config.flatMap((item) => ['-c', item])];
  const env = { PATH: process.env['PATH'], HOME: directory, ...ENVIRONMENT };
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', [...options, ...args], { cwd: directory, env })).stdout;
  return { directory, git };
}

/** `url` without credentials; `token` of somebody who may push. */
export async function createCheckout(t: TestContext, url: string, token: string, ca?: string): Promise<Checkout> {
  const { directory, git } = await gitIn(t, token, ca);
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', url);
  const fetchAll = () => git('fetch', '--quiet', '--prune', 'origin', '+refs/heads/*:refs/remotes/origin/*');
  return {
    async push({ branch, files, message, from = branch }) {
      await fetchAll();
      const start = /^[0-9a-f]{40}$/.test(from) ? from : `origin/${from}`;
      await git('checkout', '--quiet', '--force', '--detach', start);
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(directory, path)), { recursive: true });
        await (content === null ? rm(join(directory, path)) : writeFile(join(directory, path), content));
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '-m', message);
      await git('push', '--quiet', '--force', 'origin', `HEAD:refs/heads/${branch}`);
      return (await git('rev-parse', 'HEAD')).trim();
    },
    async drop(branch) {
      await git('push', '--quiet', 'origin', `:refs/heads/${branch}`);
    },
    async git(...args) {
      await fetchAll();
      return git(...args);
    },
    async branches() {
      const listed = await git('ls-remote', '--heads', 'origin');
      return [...listed.matchAll(/\trefs\/heads\/(.+)$/gm)].flatMap(([, name]) => name ?? []).sort();
    },
  };
}

/** Writes the first commit of the repository under test: a manifest, a program, and a link. */
export async function pushFirstCommit(t: TestContext, url: string, token: string, ca?: string): Promise<void> {
  const { directory, git } = await gitIn(t, token, ca);
  await mkdir(join(directory, 'apps/web'), { recursive: true });
  await mkdir(join(directory, 'bin'));
  await writeFile(join(directory, 'README.md'), '# shop\n');
  await writeFile(join(directory, 'apps/web/deployment.yaml'), DEPLOYMENT);
  await writeFile(join(directory, 'bin/run.sh'), '#!/bin/sh\n');
  await chmod(join(directory, 'bin/run.sh'), 0o755);
  await symlink('web/deployment.yaml', join(directory, 'apps/link.yaml'));
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '-m', 'First');
  await git('push', '--quiet', url, 'HEAD:refs/heads/main');
}
