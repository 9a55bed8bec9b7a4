import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryCache } from '../../../src/adapters/github/etag-cache.ts';
import { startGitHub } from '../../sandbox/github/world.ts';
import { forgeOn, openOne, value } from './client.ts';

void test('what did not change is asked for conditionally and read from the cache', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const number = await openOne(forge);
  const query = { headPrefix: 'remendo/', state: 'all' } as const;
  const first = value(await forge.reader.pullRequests(query));
  const again = value(await forge.reader.pullRequests(query));
  assert.deepEqual(again, first);
  assert.equal(github.sandbox.requests.at(-1)?.status, 304);
  value(await forge.writer.updatePullRequest(number, { title: 'New' }));
  assert.equal(value(await forge.reader.pullRequests(query))[0]?.title, 'New');
});

void test('a cache outlives the process, is kept apart by credential, and may hold rubbish', async (t) => {
  const github = await startGitHub(t);
  const kept = new Map<string, string>();
  const cache = { get: (key: string) => kept.get(key), set: (key: string, text: string) => void kept.set(key, text) };
  const statusOf = async (token: string): Promise<number | undefined> => {
    value(await forgeOn(github, { cache, auth: { token } }).reader.branch('main'));
    return github.sandbox.requests.at(-1)?.status;
  };
  const { bot, reviewer } = github.sandbox;
  assert.equal(await statusOf(bot.token), 200);
  assert.equal(await statusOf(bot.token), 304);
  assert.equal(await statusOf(reviewer.token), 200);
  for (const key of kept.keys()) kept.set(key, '{"etag":');
  assert.equal(await statusOf(bot.token), 200);
  assert.ok(![...kept].flat().some((text) => text.includes(bot.token)));
});

void test('the cache in memory is bounded, and keeps what was used last', () => {
  const cache = createMemoryCache(10);
  cache.set('a', '1234');
  cache.set('b', '1234');
  assert.equal(cache.get('a'), '1234');
  cache.set('c', '1234');
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], ['1234', undefined, '1234']);
  cache.set('a', '12');
  cache.set('d', '1234');
  assert.deepEqual([cache.get('a'), cache.get('c'), cache.get('d')], ['12', '1234', '1234']);
});
