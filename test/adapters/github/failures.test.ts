import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { Fault } from '../../../src/sandbox/github/faults.ts';
import { startGitHub } from '../../sandbox/github/world.ts';
import { code, createTestLog, forgeOn, mainOf, openOne, value } from './client.ts';

const BRANCH = 'remendo/web-1';
const FILES = [{ path: 'apps/web/deployment.yaml', content: 'a: 1\n' }];

for (const kind of ['bad-gateway-after', 'reset-after', 'html'] as const) {
  void test(`a pull request whose answer was lost (${kind}) is found, not opened twice`, async (t) => {
    const github = await startGitHub(t);
    const { sandbox } = github;
    const forge = forgeOn(github);
    value(await forge.writer.commit({ branch: BRANCH, parent: await mainOf(forge), message: 'x', files: FILES }));
    sandbox.fault({ kind, method: 'POST', path: /\/pulls$/ });
    const made = await forge.writer.createPullRequest({ title: 'T', body: '', head: BRANCH, base: 'main' });
    const posts = sandbox.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/pulls'));
    assert.ok(posts.length <= 1, 'sent once');
    if (kind === 'html') {
      // The work was not done: the caller is told, and nothing was sent again.
      assert.equal(code(made), 'unreachable');
      assert.equal((await sandbox.pulls('acme', 'shop')).length, 0);
    } else {
      assert.equal(value(made).number, 1);
      assert.equal((await sandbox.pulls('acme', 'shop')).length, 1);
    }
  });
}

void test('a branch whose answer was lost is found by its commit', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const parent = await mainOf(forge);
  for (const [n, fault] of [
    { method: 'POST', path: /\/git\/refs$/ },
    { method: 'PATCH', path: /\/git\/refs\// },
  ].entries()) {
    const head = value(await forge.reader.branch(BRANCH));
    github.sandbox.fault({ kind: 'bad-gateway-after', ...fault });
    const files = [{ path: 'apps/web/deployment.yaml', content: `n: ${n}\n` }];
    const request = {
      branch: BRANCH,
      parent,
      message: 'x',
      files,
      ...(head === undefined ? {} : { expectedHead: head }),
    };
    const sha = value(await forge.writer.commit(request));
    assert.equal(value(await forge.reader.branch(BRANCH)), sha);
  }
  github.sandbox.fault({ kind: 'bad-gateway', method: 'POST', path: /\/git\/refs$/ });
  assert.equal(
    code(await forge.writer.commit({ branch: 'remendo/b', parent, message: 'x', files: FILES })),
    'unreachable',
  );
  assert.equal(value(await forge.reader.branch('remendo/b')), undefined);
});

void test('a comment whose answer was lost is not written twice', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const number = await openOne(forge);
  github.sandbox.fault({ kind: 'bad-gateway-after', method: 'POST', path: /\/comments$/ });
  value(await forge.writer.stickyComment(number, '<!-- m -->', '<!-- m -->\none'));
  value(await forge.writer.stickyComment(number, '<!-- m -->', '<!-- m -->\none'));
  const [pull] = await github.sandbox.pulls('acme', 'shop');
  assert.deepEqual(
    pull?.comments.map(({ body }) => body),
    ['<!-- m -->\none'],
  );
});

void test('reads are repeated after broken connections and 5xx, and give up after two', async (t) => {
  const github = await startGitHub(t);
  const { reader } = forgeOn(github);
  github.sandbox.fault({ kind: 'reset' });
  github.sandbox.fault({ kind: 'bad-gateway' });
  assert.equal(value(await reader.branch('main'))?.length, 40);
  github.sandbox.fault({ kind: 'server-error', times: 3 });
  assert.equal(code(await reader.branch('main')), 'unreachable');
});

const REFUSALS: readonly (readonly [Fault, string, number | undefined])[] = [
  [{ kind: 'secondary-rate-limit', retryAfter: 77 }, 'rate-limited', 77],
  [{ kind: 'forbidden' }, 'forbidden', undefined],
  [{ kind: 'not-found', times: 2 }, 'not-found', undefined],
  [{ kind: 'unauthorized' }, 'unauthorized', undefined],
  [{ kind: 'html' }, 'unreachable', undefined],
];

for (const [fault, expected, wait] of REFUSALS) {
  void test(`${fault.kind} is ${expected}`, async (t) => {
    const github = await startGitHub(t);
    const { reader, writer } = forgeOn(github);
    github.sandbox.fault(fault);
    const read = await reader.branch('main');
    assert.deepEqual([code(read), read.ok ? undefined : read.error.retryAfter], [expected, wait]);
    github.sandbox.fault({ ...fault, method: 'PATCH' });
    assert.equal(code(await writer.updatePullRequest(1, { title: 'x' })), expected);
  });
}

void test('the primary limit says how long to wait, by the forge’s own clock', async (t) => {
  const github = await startGitHub(t);
  github.sandbox.fault({ kind: 'primary-rate-limit', retryAfter: 120 });
  const read = await forgeOn(github).reader.branch('main');
  assert.equal(code(read), 'rate-limited');
  const wait = read.ok ? 0 : (read.error.retryAfter ?? 0);
  assert.ok(wait >= 120 && wait <= 123, String(wait));
});

void test('a token without rights is told apart from a wrong one, and a hidden repository from an empty answer', async (t) => {
  const github = await startGitHub(t);
  const { sandbox } = github;
  const parent = await mainOf(forgeOn(github));
  const reader = forgeOn(github, { auth: { token: sandbox.addUser('mallory').token } });
  assert.equal(code(await reader.writer.commit({ branch: BRANCH, parent, message: 'x', files: FILES })), 'forbidden');
  assert.equal(code(await forgeOn(github, { auth: { token: 'ghp_expired' } }).reader.repository()), 'unauthorized');
  await sandbox.createRepository('acme', 'secret', { files: { a: 'a' }, private: true });
  const hidden = forgeOn(github, {
    repository: { owner: 'acme', name: 'secret' },
    auth: { token: sandbox.addUser('eve').token },
  });
  assert.equal(code(await hidden.reader.repository()), 'not-found');
  assert.equal(code(await hidden.reader.branch('main')), 'not-found', 'not: there is no such branch');
  assert.equal(code(await hidden.reader.branchCommit('main')), 'not-found');
});

void test('a slow answer ends at the time-out, and nobody listening is unreachable', async (t) => {
  const github = await startGitHub(t);
  github.sandbox.fault({ kind: 'slow', delay: 2000, times: 3, method: 'PATCH' });
  const { writer } = forgeOn(github, { timeout: 100 });
  assert.equal(code(await writer.updatePullRequest(1, { title: 'x' })), 'unreachable');
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await new Promise((resolve) => server.close(resolve));
  const nobody = forgeOn(github, { baseUrl: `http://127.0.0.1:${port}/api/v3` });
  assert.equal(code(await nobody.reader.repository()), 'unreachable');
});

/** A server that puts the credential, and another one, into its error. */
const echo: typeof fetch = async (_, init) => {
  const sent = new Headers(init?.headers).get('authorization');
  return Response.json({ message: `bad header ${sent} and ghs_${'a'.repeat(36)}` }, { status: 400 });
};

void test('secrets are neither in errors nor in the log', async (t) => {
  const github = await startGitHub(t);
  const { token } = github.sandbox.bot;
  const lines: string[] = [];
  const echoed = await forgeOn(github, { fetch: echo, log: createTestLog(lines) }).reader.repository();
  const forge = forgeOn(github, { log: createTestLog(lines) });
  await openOne(forge);
  github.sandbox.fault({ kind: 'server-error', times: 3 });
  const failed = await forge.reader.branch('main');
  const text = JSON.stringify([echoed, failed, lines]);
  assert.ok(lines.length > 0);
  assert.ok(text.includes('[secret]'));
  assert.ok(!text.includes(token) && !/gh[ps]_[a-f0-9]/.test(text));
});

void test('a short limit is waited out once, for writes too', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const number = await openOne(forge);
  const { writer } = forgeOn(github, { throttle: true });
  github.sandbox.fault({ kind: 'secondary-rate-limit', retryAfter: 1, method: 'PATCH' });
  value(await writer.updatePullRequest(number, { title: 'Later' }));
  github.sandbox.fault({ kind: 'secondary-rate-limit', retryAfter: 3600, method: 'PATCH' });
  const refused = await writer.updatePullRequest(number, { title: 'Much later' });
  assert.deepEqual([code(refused), refused.ok ? undefined : refused.error.retryAfter], ['rate-limited', 3600]);
});
