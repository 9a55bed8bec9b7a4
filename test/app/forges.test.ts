import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createForges } from '../../src/app/forges.ts';
import { completeConfig } from '../../src/config/config.ts';
import { createTestLog, value } from '../adapters/github/client.ts';
import { answering, serve } from '../adapters/gitea/server.ts';
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

void test('GitHub and Gitea side by side: the host of a repository decides', async (t) => {
  const github = await startGitHub(t);
  const { url, asked } = await serve(
    t,
    answering(() => undefined),
  );
  const config = completeConfig({
    mode: 'propose',
    github: { host: github.host, apiUrl: github.url },
    gitea: { host: new URL(url).host, apiUrl: `${url}/api/v1` },
  });
  const secrets = { githubToken: github.sandbox.bot.token, giteaToken: 'only-for-gitea' };
  const forges = createForges(config, secrets, createTestLog(), false);
  const [one, other] = [forges(github.gitUrl('acme', 'shop')), forges(`${url}/shop/web.git`)];
  assert.deepEqual([one?.capabilities.name, other?.capabilities.name], ['GitHub', 'Gitea']);
  assert.equal(one && value(await one.reader.repository()).login, 'remendo-bot');
  assert.equal(other && value(await other.reader.repository()).login, 'Remendo-Bot');
  assert.ok(asked.every(({ authorization }) => [undefined, 'token only-for-gitea'].includes(authorization)));
  const observing = createForges(
    { ...config, policy: { ...config.policy, mode: 'observe' } },
    secrets,
    createTestLog(),
  );
  assert.equal(observing(`${url}/shop/web.git`)?.capabilities.name, 'Gitea');
  assert.equal(createForges(config, { githubToken: 'x' }, createTestLog())(`${url}/shop/web.git`), undefined);
});
