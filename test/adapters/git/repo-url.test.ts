import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGit } from '../../../src/adapters/git/git.ts';
import { parseRepoUrl } from '../../../src/adapters/git/repo-url.ts';
import { repositoryOf } from '../../../src/domain/repository-url.ts';
import { quiet } from '../kubernetes/support.ts';

test('a per cent sign that encodes nothing stands for itself', async () => {
  const parsed = parseRepoUrl('https://bot%40acme:50%zz@git.example.com/org/repo', false);
  assert.deepEqual(parsed.ok && parsed.value.credentials, { username: 'bot@acme', password: '50%zz' });
  const url = 'https://%zz@127.0.0.1:1/org/repo';
  const git = createGit({
    cacheDirectory: '/nonexistent/cache',
    local: new Map(),
    credentials: () => undefined,
    log: quiet,
  });
  assert.equal((await git.open(url)).ok, false);
});

test('an address of any length is looked at once', () => {
  const slashes = '/'.repeat(1_000_000);
  const parsed = parseRepoUrl(`https://git.example.com/org${slashes}repo${slashes}`, false);
  assert.equal(parsed.ok && parsed.value.key, `git.example.com/org${slashes}repo`);
  assert.equal(repositoryOf(`https://git.example.com/org/repo${slashes}x`), undefined);
});
