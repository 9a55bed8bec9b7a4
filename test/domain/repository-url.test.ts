import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { repositoryOf } from '../../src/domain/repository-url.ts';

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

void test('a forge below a path: its addresses of http(s) begin with it, those of SSH do not', () => {
  const expected = { host: 'git.example.com', owner: 'shop', name: 'web' };
  for (const url of [
    'https://git.example.com/gitea/shop/web.git',
    'https://git.example.com/shop/web',
    'git@git.example.com:shop/web.git',
  ]) {
    assert.deepEqual(repositoryOf(url, '/gitea'), expected, url);
  }
  assert.equal(repositoryOf('https://git.example.com/gitea/shop/web'), undefined);
  assert.equal(repositoryOf('https://git.example.com/giteashop/shop/web', '/gitea'), undefined);
  assert.deepEqual(repositoryOf('https://git.example.com/gitea/web', '/gitea'), undefined);
});
