import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createForges } from '../../src/app/forges.ts';
import { completeConfig } from '../../src/config/config.ts';
import { createTestLog, value } from '../adapters/github/client.ts';
import { startGitHub } from '../sandbox/github/world.ts';
import { run } from '../stages/deliver/world.ts';

void test('in observe mode nothing is written, and a credential that only reads is enough', async (t) => {
  const github = await startGitHub(t);
  const reader = github.sandbox.addUser('reader');
  const config = completeConfig({ mode: 'observe', github: { host: github.host, apiUrl: github.url } });
  const forge = createForges(
    config,
    { githubToken: reader.token },
    createTestLog(),
    false,
  )(github.gitUrl('acme', 'shop'));
  assert.ok(forge);
  assert.equal((await run(forge)).outcome, 'opened', 'the recorder took it');
  assert.ok(github.sandbox.requests.every(({ method }) => method === 'GET'));
  assert.equal((await github.sandbox.pulls('acme', 'shop')).length, 0);
});

void test('without a credential, or for another host, there is no forge', async (t) => {
  const github = await startGitHub(t);
  const config = completeConfig({ mode: 'propose', github: { host: github.host, apiUrl: github.url } });
  assert.equal(createForges(config, {}, createTestLog())(github.gitUrl('acme', 'shop')), undefined);
  const forges = createForges(config, { githubToken: github.sandbox.bot.token }, createTestLog(), false);
  assert.equal(forges('https://elsewhere.example/acme/shop'), undefined);
  const forge = forges(github.gitUrl('acme', 'shop'));
  assert.equal(forge && value(await forge.reader.repository()).canPush, true);
});
