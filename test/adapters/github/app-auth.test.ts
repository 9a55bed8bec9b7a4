import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { startGitHub } from '../../sandbox/github/world.ts';
import { code, createTestLog, forgeOn, mainOf, openOne, value } from './client.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

void test('a GitHub App finds its installation, works under it, and GitHub signs its commits', async (t) => {
  const github = await startGitHub(t);
  const { appId, login } = github.sandbox.addApp({ slug: 'remendo', owner: 'acme', publicKey });
  const lines: string[] = [];
  const forge = forgeOn(github, { auth: { appId, privateKey }, log: createTestLog(lines) });
  const info = value(await forge.reader.repository());
  assert.deepEqual([info.login, info.canPush], ['remendo[bot]', true]);
  const number = await openOne(forge);
  const [commit] = value(await forge.reader.commits(number));
  assert.equal(commit?.committerEmail, 'noreply@github.com');
  assert.match(commit.authorEmail, /^\d+\+remendo\[bot\]@users\.noreply\.github\.com$/);
  assert.equal(value(await forge.reader.pullRequest(number)).author, login);
  value(await forge.writer.stickyComment(number, '<!-- m -->', 'one'));
  value(await forge.writer.stickyComment(number, '<!-- m -->', 'two'));
  const tokens = github.sandbox.requests.filter(({ path }) => path.endsWith('/access_tokens'));
  assert.equal(tokens.length, 1, 'one token serves for an hour');
  assert.ok(!/ghs_|PRIVATE|eyJ/.test(lines.join('')));
});

void test('an App without write permissions cannot push, and one that is not installed is not found', async (t) => {
  const github = await startGitHub(t);
  const permissions = { contents: 'read', pull_requests: 'read', metadata: 'read' } as const;
  const { appId, installationId } = github.sandbox.addApp({ slug: 'weak', owner: 'acme', publicKey, permissions });
  const weak = forgeOn(github, { auth: { appId: String(appId), privateKey, installationId } });
  assert.equal(value(await weak.reader.repository()).canPush, false);
  const files = [{ path: 'a', content: 'a' }];
  const parent = await mainOf(weak);
  assert.equal(code(await weak.writer.commit({ branch: 'remendo/a', parent, message: 'x', files })), 'forbidden');
  const elsewhere = github.sandbox.addApp({ slug: 'other', owner: 'umbrella', publicKey });
  const lost = forgeOn(github, { auth: { appId: elsewhere.appId, privateKey } });
  assert.equal(code(await lost.reader.repository()), 'not-found');
});

void test('a wrong key and an unreadable one are told without showing them', async (t) => {
  const github = await startGitHub(t);
  const { appId } = github.sandbox.addApp({ slug: 'remendo', owner: 'acme', publicKey });
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  for (const key of [
    other.toString(),
    '-----BEGIN RSA PRIVATE KEY-----\nbm90IGEga2V5\n-----END RSA PRIVATE KEY-----',
  ]) {
    const answer = await forgeOn(github, { auth: { appId, privateKey: key } }).reader.repository();
    assert.equal(code(answer), 'unauthorized');
    assert.ok(!JSON.stringify(answer).includes('PRIVATE'));
  }
});

void test('an installation token given as a token learns its name from GraphQL', async (t) => {
  const github = await startGitHub(t);
  const { appId, installationId } = github.sandbox.addApp({ slug: 'actions', owner: 'acme', publicKey });
  let token = '';
  const spy: typeof fetch = async (url, init) => {
    token = new Headers(init?.headers).get('authorization')?.replace(/^token /, '') ?? '';
    return fetch(url, init);
  };
  await mainOf(forgeOn(github, { auth: { appId, privateKey, installationId }, fetch: spy }));
  const forge = forgeOn(github, { auth: { token } });
  const info = value(await forge.reader.repository());
  assert.deepEqual([info.login, info.canPush], ['actions[bot]', true]);
  const number = await openOne(forge);
  const [commit] = value(await forge.reader.commits(number));
  assert.ok(commit && info.ownEmails.includes(commit.authorEmail) && info.ownEmails.includes(commit.committerEmail));
});
