import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGitHubForges } from '../../../src/adapters/github/github.ts';
import { apiUrlOf, mailHostOf } from '../../../src/adapters/github/hosts.ts';
import { startGitHub } from '../../sandbox/github/world.ts';
import { createTestLog, value } from './client.ts';

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
