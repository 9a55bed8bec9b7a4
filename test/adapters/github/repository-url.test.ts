import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createGitHubForges } from '../../../src/adapters/github/github.ts';
import { apiUrlOf, mailHostOf, repositoryOf } from '../../../src/adapters/github/repository-url.ts';
import { startGitHub } from '../../sandbox/github/world.ts';
import { createTestLog, value } from './client.ts';

void test('every way to write a repository means the same one', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,20}$/).filter((text) => !/\.git$/i.test(text));
  fc.assert(
    fc.property(name, name, (owner, repo) => {
      const expected = { host: 'github.com', owner, name: repo };
      for (const url of [
        `https://github.com/${owner}/${repo}`,
        `https://github.com/${owner}/${repo}.git`,
        `https://GitHub.com/${owner}/${repo}/`,
        `https://user:secret@github.com/${owner}/${repo}.git`,
        `git@github.com:${owner}/${repo}.git`,
        `git@github.com:/${owner}/${repo}`,
        `ssh://git@github.com/${owner}/${repo}.git`,
        `ssh://git@ssh.github.com:443/${owner}/${repo}.git`,
      ]) {
        assert.deepEqual(repositoryOf(url), expected, url);
      }
    }),
  );
});

void test('what names no owner and repository is none', () => {
  for (const url of [
    '',
    'shop',
    'https://github.com/acme',
    'https://github.com/a/b/c',
    'file:///srv/git/shop.git',
    '/srv/git/shop',
    'https://github.com/../x',
    'oci://ghcr.io/a/b',
    'git@github.com:shop',
  ]) {
    assert.equal(repositoryOf(url), undefined, url);
  }
  assert.deepEqual(repositoryOf('http://127.0.0.1:8080/a/b.git')?.host, '127.0.0.1:8080');
  assert.deepEqual(repositoryOf('ssh://git@ghe.example.com:2222/a/b.git')?.host, 'ghe.example.com');
});

void test('hosts have their APIs and mail addresses', () => {
  const facts = ['github.com', 'acme.ghe.com', 'git.example.com'].map((host) => [
    apiUrlOf(host),
    mailHostOf(apiUrlOf(host)),
  ]);
  assert.deepEqual(facts, [
    ['https://api.github.com', 'github.com'],
    ['https://api.acme.ghe.com', 'acme.ghe.com'],
    ['https://git.example.com/api/v3', 'git.example.com'],
  ]);
});

void test('a forge is found by host, once for each repository', async (t) => {
  const github = await startGitHub(t);
  const hosts = [{ host: github.host, apiUrl: github.url, auth: { token: github.sandbox.bot.token } }];
  const forgeOf = createGitHubForges({ hosts, log: createTestLog(), throttle: false });
  const forge = forgeOf(github.gitUrl('acme', 'shop'));
  assert.ok(forge && forge === forgeOf(github.gitUrl('Acme', 'Shop').replace(/\.git$/, '')));
  assert.equal(value(await forge.reader.repository()).defaultBranch, 'main');
  assert.equal(forgeOf('https://gitlab.com/acme/shop'), undefined);
  assert.equal(forgeOf('not a url'), undefined);
});
