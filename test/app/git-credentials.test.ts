import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createGit } from '../../src/adapters/git/git.ts';
import { gitCredentials } from '../../src/app/git-credentials.ts';
import type { Secrets } from '../../src/app/secrets.ts';
import { createTestLog } from '../adapters/github/client.ts';
import { startGitHub } from '../sandbox/github/world.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

void test('a private repository is cloned with a token, and with the installation token of an App; not without', async (t) => {
  const github = await startGitHub(t);
  await github.sandbox.createRepository('acme', 'hidden', { files: { 'a.yaml': 'a: 1\n' }, private: true });
  const { appId } = github.sandbox.addApp({ slug: 'remendo', owner: 'acme', publicKey });
  const url = github.gitUrl('acme', 'hidden');
  const [host, apiUrl] = [new URL(url).host, github.url];
  const lines: string[] = [];
  const log = createTestLog(lines);
  const directory = mkdtempSync(join(tmpdir(), 'remendo-credentials-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const open = async (name: string, secrets: Secrets, id?: number): Promise<string> => {
    const config = { github: { host, apiUrl, ...(id === undefined ? {} : { appId: id }) }, gitea: undefined };
    const credentials = gitCredentials(config, secrets, log);
    const git = createGit({ cacheDirectory: join(directory, name), local: new Map(), credentials, log });
    const opened = await git.open(url);
    if (!opened.ok) return opened.error.code;
    const head = await opened.value.resolve('main');
    return head.ok ? 'read' : head.error.code;
  };
  assert.equal(await open('token', { githubToken: github.sandbox.bot.token }), 'read');
  assert.equal(await open('app', { githubAppKey: privateKey }, appId), 'read');
  assert.equal(await open('none', {}), 'repository-unauthorized');
  assert.equal(await open('wrong', { githubAppKey: privateKey }, 999_999), 'repository-unauthorized');
  assert.doesNotMatch(lines.join(''), /ghs_|ghp_|PRIVATE KEY/);
});

void test('each forge’s token goes to its own host, and to no other', async () => {
  const secrets = { githubToken: 'for-github', giteaToken: 'for-gitea' };
  const gitea = { host: 'Git.example.com:8443', apiUrl: 'https://git.example.com:8443/gitea/api/v1' };
  const credentials = gitCredentials({ github: {}, gitea }, secrets, createTestLog());
  const passwordFor = async (url: string) => (await credentials(url))?.password;
  assert.equal(await passwordFor('https://github.com/shop/web.git'), 'for-github');
  assert.equal(await passwordFor('https://git.example.com:8443/gitea/shop/web.git'), 'for-gitea');
  assert.equal(await passwordFor('https://git.example.com:8443/shop/web.git'), 'for-gitea');
  for (const url of [
    'https://git.example.com/gitea/shop/web.git',
    'https://git.example.com:9/gitea/shop/web.git',
    'https://git.example.com:8443.evil.example/shop/web.git',
    'https://evil.example/shop/web.git',
    'git@git.example.com:shop/web.git',
  ]) {
    assert.equal(await passwordFor(url), undefined, url);
  }
  const without = gitCredentials({ github: {}, gitea }, { githubToken: 'x' }, createTestLog());
  assert.equal(await without('https://git.example.com:8443/gitea/shop/web.git'), undefined);
});
