import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import type { TestGitHub } from './world.ts';
import { DEPLOYMENT, startGitHub } from './world.ts';

const SHOP = '/repos/acme/shop';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonValue;
}

async function call(
  github: TestGitHub,
  method: string,
  path: string,
  options: { readonly token?: string; readonly body?: JsonObject; readonly headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { token = github.sandbox.bot.token, body } = options;
  const response = await fetch(`${github.url}${path}`, {
    method,
    headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...options.headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

/** A value inside an answer, by dotted path. */
function at(value: JsonValue, path: string): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const key of path.split('.')) {
    found = typeof found === 'object' && found !== null ? new Map(Object.entries(found)).get(key) : undefined;
  }
  return found;
}

/** As `at`, for SHAs and ids that go into paths. */
function textAt(value: JsonValue, path: string): string {
  const found = at(value, path);
  return typeof found === 'string' || typeof found === 'number' ? `${found}` : '';
}

function remaining(answer: Answer): number {
  return Number(answer.headers.get('x-ratelimit-remaining'));
}

const AUTHOR = { name: 'Ana', email: 'ana@example.com' };

async function branch(github: TestGitHub, name: string, content = 'a: 1\n', path = 'a.yaml'): Promise<string> {
  const files = { [path]: content };
  return github.sandbox.commitFiles('acme', 'shop', {
    branch: name,
    from: 'main',
    files,
    message: 'Change',
    author: AUTHOR,
  });
}

void test('every read answers as GitHub describes it', async (t) => {
  const github = await startGitHub(t);
  const sha = await branch(github, 'feature/a');
  const made = await call(github, 'POST', `${SHOP}/pulls`, {
    body: { title: 'A', head: 'feature/a', base: 'main', body: 'x' },
  });
  assert.equal(made.status, 201);
  assert.equal(at(made.body, 'mergeable'), true);
  await github.sandbox.comment('acme', 'shop', 1, 'reviewer', 'looks good');
  const tree = textAt((await call(github, 'GET', `${SHOP}/git/commits/${sha}`)).body, 'tree.sha');
  const blob = textAt((await call(github, 'GET', `${SHOP}/git/trees/${tree}`)).body, 'tree.0.sha');
  for (const path of [
    '/user',
    '/users/reviewer',
    '/rate_limit',
    SHOP,
    `${SHOP}/branches`,
    `${SHOP}/branches/feature%2Fa`,
    `${SHOP}/compare/main...feature%2Fa`,
    `${SHOP}/git/ref/heads%2Ffeature%2Fa`,
    `${SHOP}/git/trees/${tree}?recursive=1`,
    `${SHOP}/git/blobs/${blob}`,
    `${SHOP}/pulls?state=all`,
    `${SHOP}/pulls/1`,
    `${SHOP}/pulls/1/files`,
    `${SHOP}/pulls/1/commits`,
    `${SHOP}/issues/1/comments`,
    `${SHOP}/issues/1/labels`,
    `${SHOP}/labels`,
    `${SHOP}/collaborators/reviewer/permission`,
  ]) {
    assert.equal((await call(github, 'GET', path)).status, 200, path);
  }
  assert.equal(github.contract.seen.size, 20);
});

void test('what does not exist, is hidden or is not allowed is refused as GitHub refuses it', async (t) => {
  const github = await startGitHub(t);
  const { sandbox } = github;
  await sandbox.createRepository('acme', 'secret', { files: { 'a.yaml': 'a: 1\n' }, private: true });
  const stranger = sandbox.addUser('mallory').token;
  const status = async (method: string, path: string, token?: string, body?: JsonObject): Promise<number> =>
    (await call(github, method, path, { ...(token === undefined ? {} : { token }), ...(body ? { body } : {}) })).status;
  assert.equal(await status('GET', '/user', 'ghp_wrong'), 401);
  assert.equal(await status('GET', '/repos/acme/secret', stranger), 404);
  assert.equal(await status('GET', '/repos/acme/secret', ''), 404);
  assert.equal(await status('GET', '/repos/acme/secret'), 200);
  assert.equal(await status('GET', SHOP, ''), 200);
  const sha = await branch(github, 'x');
  assert.equal(await status('POST', `${SHOP}/git/refs`, stranger, { ref: 'refs/heads/y', sha }), 403);
  assert.equal(await status('POST', `${SHOP}/git/refs`, undefined, { ref: 'refs/heads/x', sha }), 422);
  assert.equal(await status('POST', `${SHOP}/git/refs`, undefined, { ref: 'refs/heads/x/y', sha }), 422);
  assert.equal(await status('POST', `${SHOP}/git/refs`, undefined, { ref: 'refs/heads/a..b', sha }), 422);
  assert.equal(await status('POST', `${SHOP}/git/refs`, undefined, { ref: 'refs/heads/y', sha: '0'.repeat(40) }), 422);
  assert.equal(await status('DELETE', `${SHOP}/git/refs/heads%2Fnone`), 422);
  assert.equal(await status('GET', `${SHOP}/git/ref/heads%2Fnone`), 404);
  assert.equal(await status('GET', `${SHOP}/pulls/9`), 404);
  sandbox.archive('acme', 'shop');
  assert.equal(await status('POST', `${SHOP}/git/refs`, undefined, { ref: 'refs/heads/y', sha }), 403);
});

void test('a ref moves forward freely and backward only by force', async (t) => {
  const github = await startGitHub(t);
  const first = await branch(github, 'x', 'a: 1\n');
  const second = await github.sandbox.commitFiles('acme', 'shop', { branch: 'x', files: { b: '' }, message: 'b' });
  const move = (sha: string, force?: boolean): Promise<Answer> =>
    call(github, 'PATCH', `${SHOP}/git/refs/heads%2Fx`, { body: force === undefined ? { sha } : { sha, force } });
  assert.equal((await move(first)).status, 422);
  assert.equal((await move(first, true)).status, 200);
  assert.equal((await move(second)).status, 200);
});

void test('a pull request needs branches, commits between them, and to be the only open one of its head', async (t) => {
  const github = await startGitHub(t);
  await branch(github, 'a');
  const main = textAt((await call(github, 'GET', `${SHOP}/git/ref/heads%2Fmain`)).body, 'object.sha');
  await call(github, 'POST', `${SHOP}/git/refs`, { body: { ref: 'refs/heads/same', sha: main } });
  const open = async (head: string, base = 'main'): Promise<[number, JsonValue | undefined]> => {
    const answer = await call(github, 'POST', `${SHOP}/pulls`, { body: { title: 'T', head, base } });
    return [answer.status, at(answer.body, 'errors.0.message') ?? at(answer.body, 'errors.0.field')];
  };
  assert.deepEqual(await open('none'), [422, 'head']);
  assert.deepEqual(await open('a', 'none'), [422, 'base']);
  assert.deepEqual(await open('same'), [422, 'No commits between main and same']);
  assert.equal((await open('a'))[0], 201);
  assert.deepEqual(await open('a'), [422, 'A pull request already exists for acme:a.']);
  await github.sandbox.closePull('acme', 'shop', 1);
  assert.equal((await open('a'))[0], 201);
});

void test('each merge method makes the commits that it makes on GitHub', async (t) => {
  const github = await startGitHub(t);
  const parents = async (sha: string): Promise<JsonValue[]> => {
    const list = at((await call(github, 'GET', `${SHOP}/git/commits/${sha}`)).body, 'parents');
    return Array.isArray(list) ? list : [];
  };
  for (const [n, method] of (['merge', 'squash', 'rebase'] as const).entries()) {
    const head = await branch(github, `b${n}`, `${method}\n`, `${n}.yaml`);
    await github.sandbox.commitFiles('acme', 'shop', {
      branch: 'main',
      files: { [`m${n}`]: 'x' },
      message: 'elsewhere',
    });
    await call(github, 'POST', `${SHOP}/pulls`, { body: { title: method, head: `b${n}`, base: 'main' } });
    const before = at((await call(github, 'GET', `${SHOP}/pulls/${n + 1}`)).body, 'merge_commit_sha');
    const merged = await call(github, 'PUT', `${SHOP}/pulls/${n + 1}/merge`, { body: { merge_method: method } });
    const sha = textAt(merged.body, 'sha');
    assert.notEqual(sha, before, 'the trial merge is another commit');
    assert.notEqual(sha, head);
    assert.equal((await parents(sha)).length, method === 'merge' ? 2 : 1);
    const [pull] = (await github.sandbox.pulls('acme', 'shop')).slice(-1);
    assert.deepEqual([pull?.state, pull?.mergeCommitSha], ['merged', sha]);
    const file = at((await call(github, 'GET', `${SHOP}/git/trees/${sha}?recursive=1`)).body, 'tree');
    assert.ok(JSON.stringify(file).includes(`"${n}.yaml"`));
  }
});

void test('conflicts, changed heads and closed pull requests are not merged', async (t) => {
  const github = await startGitHub(t);
  await branch(github, 'a', 'one\n', 'apps/web/deployment.yaml');
  await call(github, 'POST', `${SHOP}/pulls`, { body: { title: 'T', head: 'a', base: 'main' } });
  const merge = async (body: JsonObject = {}): Promise<number> =>
    (await call(github, 'PUT', `${SHOP}/pulls/1/merge`, { body })).status;
  assert.equal(await merge({ sha: '0'.repeat(40) }), 409);
  await github.sandbox.commitFiles('acme', 'shop', {
    branch: 'main',
    files: { 'apps/web/deployment.yaml': 'two\n' },
    message: 'other',
  });
  assert.equal(at((await call(github, 'GET', `${SHOP}/pulls/1`)).body, 'mergeable'), false);
  assert.equal(await merge(), 405);
  await call(github, 'PATCH', `${SHOP}/pulls/1`, { body: { state: 'closed' } });
  assert.equal(await merge(), 405);
});

void test('pull requests follow their branches', async (t) => {
  const github = await startGitHub(t);
  const { sandbox } = github;
  const view = async (n: number) => (await sandbox.pulls('acme', 'shop')).find(({ number }) => number === n);
  for (const name of ['a', 'b', 'c', 'd']) {
    await branch(github, name, 'x\n', `${name}.yaml`);
    await sandbox.openPull('acme', 'shop', { by: 'reviewer', title: name, head: name });
  }
  const rewritten = await branch(github, 'a', 'rewritten\n');
  assert.equal((await view(1))?.head.sha, rewritten);
  await sandbox.deleteBranch('acme', 'shop', 'b');
  assert.equal((await view(2))?.state, 'closed');
  const main = textAt((await call(github, 'GET', `${SHOP}/git/ref/heads%2Fmain`)).body, 'object.sha');
  await call(github, 'PATCH', `${SHOP}/git/refs/heads%2Fc`, { body: { sha: main, force: true } });
  assert.equal((await view(3))?.state, 'closed', 'nothing is left to merge');
  const head = (await view(4))?.head.sha ?? '';
  await call(github, 'PATCH', `${SHOP}/git/refs/heads%2Fmain`, { body: { sha: head } });
  assert.deepEqual([(await view(4))?.state, (await view(4))?.mergeCommitSha], ['merged', head]);
  await sandbox.commitFiles('acme', 'shop', {
    branch: 'main',
    from: main,
    files: { z: '' },
    message: 'forced',
  });
  assert.equal((await view(1))?.state, 'open', 'a forced base leaves the others alone');
});

void test('lists come in pages, and unchanged answers cost nothing', async (t) => {
  const github = await startGitHub(t);
  await branch(github, 'a');
  await github.sandbox.openPull('acme', 'shop', { by: 'reviewer', title: 'T', head: 'a' });
  for (let n = 0; n < 5; n++) await github.sandbox.comment('acme', 'shop', 1, 'reviewer', `c${n}`);
  const path = `${SHOP}/issues/1/comments?per_page=2`;
  const middle = await call(github, 'GET', `${path}&page=2`);
  assert.ok(Array.isArray(middle.body) && middle.body.length === 2);
  assert.deepEqual(
    [...(middle.headers.get('link') ?? '').matchAll(/[?&]page=(\d)[^>]*>; rel="(\w+)"/g)].map(
      ([, page, rel]) => `${rel}${page}`,
    ),
    ['prev1', 'first1', 'next3', 'last3'],
  );
  const etag = middle.headers.get('etag') ?? '';
  const headers = { 'if-none-match': etag };
  const again = await call(github, 'GET', `${path}&page=2`, { headers });
  assert.equal(again.status, 304);
  assert.equal(remaining(again), remaining(middle));
  for (const text of ['six', 'seven']) await github.sandbox.comment('acme', 'shop', 1, 'reviewer', text);
  assert.equal((await call(github, 'GET', `${path}&page=2`, { headers })).status, 200, 'there is another last page');
});

void test('comments and labels are made, read, changed and removed', async (t) => {
  const github = await startGitHub(t);
  await branch(github, 'a');
  await github.sandbox.openPull('acme', 'shop', { by: 'reviewer', title: 'T', head: 'a' });
  const made = await call(github, 'POST', `${SHOP}/issues/1/comments`, { body: { body: 'one' } });
  const path = `${SHOP}/issues/comments/${textAt(made.body, 'id')}`;
  assert.equal((await call(github, 'PATCH', path, { body: { body: 'two' } })).status, 200);
  assert.equal(at((await call(github, 'GET', path)).body, 'body'), 'two');
  const stranger = github.sandbox.addUser('mallory').token;
  assert.equal((await call(github, 'PATCH', path, { body: { body: 'x' }, token: stranger })).status, 403);
  assert.equal((await call(github, 'DELETE', path)).status, 204);
  assert.equal((await call(github, 'GET', path)).status, 404);
  const label = { name: 'a b', color: 'ff0000' };
  assert.equal((await call(github, 'POST', `${SHOP}/labels`, { body: label })).status, 201);
  assert.equal((await call(github, 'POST', `${SHOP}/labels`, { body: label })).status, 422);
  assert.equal(
    (await call(github, 'POST', `${SHOP}/issues/1/labels`, { body: { labels: ['A B', 'new'] } })).status,
    200,
  );
  assert.equal((await call(github, 'DELETE', `${SHOP}/issues/1/labels/new`)).status, 200);
  assert.equal((await call(github, 'DELETE', `${SHOP}/issues/1/labels/new`)).status, 404);
  assert.deepEqual((await github.sandbox.pulls('acme', 'shop'))[0]?.labels, ['a b']);
  assert.equal((await call(github, 'DELETE', `${SHOP}/labels/a%20b`)).status, 204);
  assert.equal((await call(github, 'GET', `${SHOP}/labels/a%20b`)).status, 404);
});

void test('a closed pull request is opened again while its branches are there', async (t) => {
  const github = await startGitHub(t);
  await branch(github, 'a');
  await github.sandbox.openPull('acme', 'shop', { by: 'reviewer', title: 'T', head: 'a' });
  const change = async (state: string): Promise<number> =>
    (await call(github, 'PATCH', `${SHOP}/pulls/1`, { body: { state } })).status;
  assert.deepEqual([await change('closed'), await change('open')], [200, 200]);
  await github.sandbox.deleteBranch('acme', 'shop', 'a');
  assert.equal(await change('open'), 422);
});

void test('faults happen when they are asked for, and once', async (t) => {
  const github = await startGitHub(t);
  const { sandbox } = github;
  await branch(github, 'a');
  sandbox.fault({ kind: 'bad-gateway-after', method: 'POST', path: /\/pulls$/ });
  const lost = await call(github, 'POST', `${SHOP}/pulls`, { body: { title: 'T', head: 'a', base: 'main' } });
  assert.equal(lost.status, 502);
  assert.equal((await sandbox.pulls('acme', 'shop')).length, 1, 'the work was done');
  sandbox.fault({ kind: 'secondary-rate-limit', retryAfter: 7 });
  const limited = await call(github, 'GET', SHOP);
  assert.deepEqual([limited.status, limited.headers.get('retry-after')], [403, '7']);
  sandbox.fault({ kind: 'primary-rate-limit' });
  assert.equal((await call(github, 'GET', SHOP)).headers.get('x-ratelimit-remaining'), '0');
  sandbox.fault({ kind: 'reset', path: /shop$/ });
  await assert.rejects(call(github, 'GET', SHOP), TypeError);
  for (const [kind, status] of [
    ['server-error', 500],
    ['bad-gateway', 502],
    ['forbidden', 403],
    ['not-found', 404],
    ['unauthorized', 401],
  ] as const) {
    sandbox.fault({ kind });
    assert.equal((await call(github, 'GET', SHOP)).status, status);
  }
  sandbox.fault({ kind: 'slow', delay: 5, after: 1 });
  assert.equal((await call(github, 'GET', SHOP)).status, 200);
  assert.equal((await call(github, 'GET', SHOP)).status, 200);
});

void test('time comes from outside, and requests can be watched', async (t) => {
  const seen: string[] = [];
  const github = await startGitHub(t, {
    now: () => new Date('2026-01-02T03:04:05Z'),
    onRequest: (n, request) => void seen.push(`${n} ${request.method} ${request.path}`),
  });
  await branch(github, 'a', DEPLOYMENT);
  const made = await call(github, 'POST', `${SHOP}/pulls`, { body: { title: 'T', head: 'a', base: 'main' } });
  assert.equal(at(made.body, 'created_at'), '2026-01-02T03:04:05.000Z');
  assert.deepEqual(seen, [`1 POST ${SHOP}/pulls`]);
  assert.deepEqual(github.sandbox.requests, [{ method: 'POST', path: `${SHOP}/pulls`, status: 201 }]);
});

void test('malformed git data is refused', async (t) => {
  const github = await startGitHub(t);
  const main = textAt((await call(github, 'GET', `${SHOP}/git/ref/heads%2Fmain`)).body, 'object.sha');
  const none = '0'.repeat(40);
  const post = async (what: string, body: JsonObject): Promise<number> =>
    (await call(github, 'POST', `${SHOP}/git/${what}`, { body })).status;
  const file = { path: 'a', mode: '100644', type: 'blob' };
  assert.equal(await post('trees', { base_tree: none, tree: [{ ...file, content: 'a' }] }), 422);
  assert.equal(await post('trees', { base_tree: main, tree: [{ ...file, sha: none }] }), 422);
  assert.equal(await post('trees', { base_tree: main, tree: [file] }), 422);
  assert.equal(await post('trees', { base_tree: main, tree: [{ ...file, path: '../a', content: 'a' }] }), 422);
  assert.equal(await post('trees', { base_tree: main, tree: [{ ...file, mode: '123', content: 'a' }] }), 422);
  assert.equal(await post('commits', { message: 'm', tree: none, parents: [main] }), 422);
  const tree = textAt((await call(github, 'GET', `${SHOP}/git/commits/${main}`)).body, 'tree.sha');
  assert.equal(await post('commits', { message: 'm', tree, parents: [none] }), 422);
  const broken = await fetch(`${github.url}${SHOP}/git/blobs`, {
    method: 'POST',
    headers: { authorization: `token ${github.sandbox.bot.token}` },
    body: '{"content":',
  });
  assert.equal(broken.status, 400);
});
