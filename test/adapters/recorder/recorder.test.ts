import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createRecorder } from '../../../src/adapters/recorder/recorder.ts';
import { startGitHub } from '../../sandbox/github/world.ts';
import { forgeOn, mainOf, openOne, value } from '../github/client.ts';

void test('everything that would be written is recorded, and nothing reaches the forge', async (t) => {
  const github = await startGitHub(t);
  const { reader, capabilities } = forgeOn(github);
  const { writer, records } = createRecorder({ now: () => new Date('2026-01-01T00:00:00Z') });
  assert.equal(await openOne({ capabilities, reader, writer }), 0);
  value(await writer.updatePullRequest(0, { title: 'T' }));
  value(await writer.setLabels(0, ['remendo']));
  value(await writer.stickyComment(0, '<!-- m -->', 'text'));
  value(await writer.deleteBranch('remendo/web-1'));
  assert.deepEqual(
    records.map(({ kind }) => kind),
    ['commit', 'create-pull-request', 'update-pull-request', 'set-labels', 'sticky-comment', 'delete-branch'],
  );
  assert.ok(github.sandbox.requests.every(({ method }) => method === 'GET'));
  assert.equal(value(await reader.branch('remendo/web-1')), undefined);
  assert.ok((await mainOf({ capabilities, reader, writer })).length === 40);
});

void test('its answers are plausible and repeat themselves', async () => {
  const request = { branch: 'remendo/a', parent: '1'.repeat(40), message: 'm', files: [{ path: 'a', content: 'b' }] };
  const { writer } = createRecorder();
  const sha = value(await writer.commit(request));
  assert.match(sha, /^[0-9a-f]{40}$/);
  assert.equal(value(await createRecorder().writer.commit(request)), sha);
  assert.notEqual(value(await writer.commit({ ...request, branch: 'remendo/b' })), sha);
  const pull = value(await writer.createPullRequest({ title: 'T', body: 'B', head: 'remendo/a', base: 'main' }));
  assert.deepEqual([pull.number, pull.url, pull.state, pull.head.sha], [0, '', 'open', sha]);
});

void test('it keeps the last thousand', async () => {
  const { writer, records } = createRecorder();
  for (let n = 0; n < 1100; n++) await writer.deleteBranch(String(n));
  assert.equal(records.length, 1000);
  assert.deepEqual(records.at(-1), { kind: 'delete-branch', name: '1099' });
});

void test('it has no way to the network: it imports types, results and a hash', () => {
  const source = readFileSync(new URL('../../../src/adapters/recorder/recorder.ts', import.meta.url), 'utf8');
  const imports = [...source.matchAll(/^import (?!type).* from '(.*)';$/gm)].map(([, from]) => from);
  assert.deepEqual(imports, ['node:crypto', '../../domain/result.ts']);
  assert.ok(!/\bfetch\b|process\.|import\(/.test(source));
});
