import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGitHub } from '../../../src/adapters/github/github.ts';
import { createTestLog, value } from './client.ts';

const SHA = 'a'.repeat(40);

function pull(number: number, ref: string): object {
  const repo = { id: 1 };
  const at = '2026-01-01T00:00:00Z';
  const dates = { created_at: at, updated_at: at, closed_at: at, merged_at: null, merge_commit_sha: null };
  const branches = { head: { ref, sha: SHA, repo }, base: { ref: 'main', sha: SHA, repo } };
  return {
    number,
    html_url: 'x',
    state: 'closed',
    title: 't',
    body: null,
    user: null,
    labels: [],
    ...dates,
    ...branches,
  };
}

void test('in a repository of many pull requests the look is bounded, and one of exactly this branch is found all the same', async () => {
  const asked: string[] = [];
  // More pull requests than a test can make in real repositories: each page of 100 has a next one.
  const endless: typeof fetch = async (input) => {
    const url = new URL(String(input instanceof Request ? input.url : input));
    asked.push(url.search);
    if (url.searchParams.get('head') === 'acme:remendo/old') return Response.json([pull(7, 'remendo/old')]);
    const page = Number(url.searchParams.get('page'));
    const items = Array.from({ length: 100 }, (_, i) =>
      pull(100_000 - page * 100 - i, i === 0 ? 'remendo/new' : 'human'),
    );
    return Response.json(items, { headers: { link: `<${url.href}&page=${page + 1}>; rel="next"` } });
  };
  const { reader } = createGitHub({
    repository: { owner: 'acme', name: 'shop' },
    auth: { token: 'none' },
    log: createTestLog(),
    throttle: false,
    fetch: endless,
  });
  const old = value(await reader.pullRequests({ headPrefix: 'remendo/old', state: 'all' }));
  assert.deepEqual(
    old.map(({ number, author }) => [number, author]),
    [[7, 'ghost']],
  );
  assert.equal(asked.length, 11);
  assert.equal(value(await reader.pullRequests({ headPrefix: 'remendo/', state: 'all' })).length, 10);
});

void test('a server that promises a next page and gives nothing is believed once', async () => {
  let asked = 0;
  const empty: typeof fetch = async () => {
    asked++;
    return Response.json([], { headers: { link: '<https://api.github.com/next>; rel="next"' } });
  };
  const { reader } = createGitHub({
    repository: { owner: 'acme', name: 'shop' },
    auth: { token: 'none' },
    log: createTestLog(),
    throttle: false,
    fetch: (...request) => (asked > 20 ? Promise.reject(new Error('asked for ever')) : empty(...request)),
  });
  assert.deepEqual(value(await reader.pullRequests({ headPrefix: '', state: 'open' })), []);
  assert.equal(asked, 1);
});
