import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gitEnvironment } from '../../../src/sandbox/github/git.ts';
import type { TestGitHub } from './world.ts';
import { DEPLOYMENT, startGitHub } from './world.ts';

const run = promisify(execFile);

async function git(directory: string, args: readonly string[]): Promise<string> {
  return (await run('git', args, { cwd: directory, env: gitEnvironment() })).stdout;
}

function withToken(github: TestGitHub, name: string, token: string): string {
  return github.gitUrl('acme', name).replace('://', `://x-access-token:${token}@`);
}

void test('a partial clone works without credentials where the repository is public', async (t) => {
  const github = await startGitHub(t);
  const clone = join(github.directory, 'clone');
  await git(github.directory, [
    'clone',
    '--quiet',
    '--filter=blob:none',
    '--no-checkout',
    github.gitUrl('acme', 'shop'),
    clone,
  ]);
  const missing = await git(clone, ['rev-list', '--objects', '--all', '--missing=print']);
  assert.match(missing, /^\?[0-9a-f]{40}$/m, 'blobs were left out');
  await git(clone, ['checkout', '--quiet', 'main']);
  assert.equal(await readFile(join(clone, 'apps/web/deployment.yaml'), 'utf8'), DEPLOYMENT);
});

void test('a push moves pull requests, and needs the right to push', async (t) => {
  const github = await startGitHub(t);
  const { sandbox } = github;
  const clone = join(github.directory, 'clone');
  await git(github.directory, ['clone', '--quiet', withToken(github, 'shop', sandbox.reviewer.token), clone]);
  await git(clone, ['config', 'user.name', 'Rev']);
  await git(clone, ['config', 'user.email', 'rev@example.com']);
  await writeFile(join(clone, 'new.yaml'), 'a: 1\n'.repeat(3));
  await git(clone, ['add', '.']);
  await git(clone, ['commit', '--quiet', '-m', 'new']);
  await git(clone, ['push', '--quiet', 'origin', 'HEAD:feature']);
  await sandbox.openPull('acme', 'shop', { by: 'reviewer', title: 'T', head: 'feature' });
  await git(clone, ['commit', '--quiet', '--amend', '-m', 'newer']);
  await git(clone, ['push', '--quiet', '--force', 'origin', 'HEAD:feature']);
  const head = (await git(clone, ['rev-parse', 'HEAD'])).trim();
  assert.equal((await sandbox.pulls('acme', 'shop'))[0]?.head.sha, head);
  assert.equal((await git(sandbox.repositoryPath('acme', 'shop'), ['rev-parse', 'feature'])).trim(), head);

  const stranger = sandbox.addUser('mallory').token;
  await git(clone, ['remote', 'set-url', 'origin', withToken(github, 'shop', stranger)]);
  await assert.rejects(git(clone, ['push', '--quiet', 'origin', 'HEAD:other']), /403/);
});

void test('private repositories ask who is there', async (t) => {
  const github = await startGitHub(t);
  const { sandbox } = github;
  await sandbox.createRepository('acme', 'secret', { files: { 'a.yaml': 'a: 1\n' }, private: true });
  const list = (url: string): Promise<string> => git(github.directory, ['ls-remote', url]);
  await assert.rejects(list(github.gitUrl('acme', 'secret')), /could not read Username|Authentication/);
  await assert.rejects(list(withToken(github, 'secret', 'ghp_wrong')), /Authentication failed/);
  await assert.rejects(list(withToken(github, 'secret', sandbox.addUser('mallory').token)), /not found/);
  assert.match(await list(withToken(github, 'secret', sandbox.bot.token)), /refs\/heads\/main/);
});
