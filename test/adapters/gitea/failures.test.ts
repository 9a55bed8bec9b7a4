import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { ForgeError } from '../../../src/ports/forge.ts';
import { code, createTestLog, value } from '../github/client.ts';
import { SHA, TOKEN, answering, forgeAt, json, serve } from './server.ts';

const REFUSALS: readonly (readonly [number, object, ForgeError['code'], number | undefined])[] = [
  [401, {}, 'unauthorized', undefined],
  [403, {}, 'forbidden', undefined],
  [423, {}, 'forbidden', undefined],
  [451, {}, 'forbidden', undefined],
  [404, {}, 'not-found', undefined],
  [410, {}, 'not-found', undefined],
  [409, {}, 'conflict', undefined],
  [412, {}, 'invalid', undefined],
  [422, {}, 'invalid', undefined],
  [400, {}, 'invalid', undefined],
  [429, { 'retry-after': '77' }, 'rate-limited', 77],
  [429, {}, 'rate-limited', 60],
  [503, { 'retry-after': '5' }, 'rate-limited', 5],
  [429, { date: 'Sat, 21 Nov 2026 10:00:00 GMT', 'retry-after': 'Sat, 21 Nov 2026 10:02:00 GMT' }, 'rate-limited', 120],
  [500, {}, 'unreachable', undefined],
  [502, {}, 'unreachable', undefined],
];

for (const [status, headers, expected, wait] of REFUSALS) {
  void test(`${status} ${JSON.stringify(headers)} is ${expected}, for reads and writes`, async (t) => {
    const { url, asked } = await serve(t, (_, response) => json(response, status, { message: 'no' }, headers));
    const { reader, writer } = forgeAt(url);
    const read = await reader.pullRequest(1);
    assert.deepEqual([code(read), read.ok ? undefined : read.error.retryAfter], [expected, wait]);
    assert.equal(asked.length, expected === 'unreachable' ? 3 : 1, 'only what may pass is asked again');
    const written = await writer.updatePullRequest(1, { title: 'x' });
    assert.equal(code(written), expected);
    assert.equal(asked.filter(({ method }) => method === 'PATCH').length, 1, 'a write is never repeated');
  });
}

void test('the words of the server are told: 403 of a token without a scope, 404 with its list of errors', async (t) => {
  const message = 'token does not have at least one of required scope(s), required=[write:issue]';
  const { url } = await serve(t, ({ method }, response) =>
    method === 'GET'
      ? json(response, 404, { message: 'not found', errors: ['branch does not exist [name: x]'] })
      : json(response, 403, { message, url: 'x' }),
  );
  const { reader, writer } = forgeAt(url);
  const write = await writer.updatePullRequest(1, { title: 'x' });
  assert.equal(
    write.ok ? '' : write.error.message,
    `could not update pull request 1: ${message} (${url}/api/v1, HTTP 403)`,
  );
  const read = await reader.pullRequest(1);
  assert.match(read.ok ? '' : read.error.message, /not found; branch does not exist/);
});

const RUBBISH = ['<html>Sign in</html>', '{"number":', '[]', '"x"', 'null', '{"number":"1"}', ''];

for (const text of RUBBISH) {
  void test(`an answer that is not Gitea's (${text}) is told as such`, async (t) => {
    const { url } = await serve(t, (_, response) => void response.writeHead(200).end(text));
    const read = await forgeAt(url).reader.pullRequest(1);
    assert.equal(code(read), 'unreachable');
    assert.match(read.ok ? '' : read.error.message, /the answer is not Gitea's/);
  });
}

void test('connections that break are asked again twice; slow ones and nobody at all are unreachable', async (t) => {
  let broken = 2;
  const { url, asked } = await serve(
    t,
    answering((_, response) => {
      if (broken-- > 0) response.destroy();
    }),
  );
  assert.equal(value(await forgeAt(url).reader.branch('main')), SHA.main);
  assert.equal(asked.length, 3);
  const slow = await serve(t, () => undefined);
  const late = await forgeAt(slow.url, { timeout: 50 }).writer.updatePullRequest(1, { title: 'x' });
  assert.equal(code(late), 'unreachable');
  assert.match(late.ok ? '' : late.error.message, /no answer in time/);
  const nobody = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => nobody.once('listening', resolve));
  const { port } = nobody.address() as AddressInfo;
  await new Promise((resolve) => nobody.close(resolve));
  const gone = await forgeAt(`http://127.0.0.1:${port}`).reader.branch('main');
  assert.match(gone.ok ? '' : gone.error.message, /could not read branch main: .*ECONNREFUSED/);
});

void test('an answer without end is not held in memory', async (t) => {
  const { url } = await serve(t, (_, response) => {
    response.writeHead(200);
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    const more = (): void => {
      while (!response.destroyed && response.write(chunk)) continue;
    };
    response.on('drain', more);
    more();
  });
  const read = await forgeAt(url, { timeout: 60_000 }).writer.updatePullRequest(1, { title: 'x' });
  assert.match(read.ok ? '' : read.error.message, /too long/);
});

void test('a list without end ends, and one that is given in small pieces is read to its end', async (t) => {
  const { url, asked } = await serve(t, ({ method, path }, response) => {
    const page = Number(new URL(path, 'http://x').searchParams.get('page'));
    const label = { id: page, name: `label-${page}` };
    if (method === 'POST' && !path.includes('/issues/')) return json(response, 201, { id: 9, name: 'remendo' });
    if (!path.includes('/labels?')) return json(response, 200, []);
    return json(response, 200, [label], { 'x-total-count': path.includes('small') ? '3' : '999999' });
  });
  await forgeAt(url).writer.setLabels(1, ['remendo']);
  assert.equal(asked.filter(({ path }) => path.includes('/labels?')).length, 200);
  asked.length = 0;
  await forgeAt(url, { repository: { owner: 'shop', name: 'small' } }).writer.setLabels(1, ['remendo']);
  assert.equal(asked.filter(({ path }) => path.includes('/labels?')).length, 3);
});

void test('the token goes to the API only, and is in no error and no line of the log', async (t) => {
  const { url, asked } = await serve(
    t,
    answering(({ path, authorization }, response) => {
      if (path.includes('/pulls/')) {
        json(response, 500, { message: `bad header ${authorization}`, errors: [TOKEN, 'Bearer abcdefghijklmnop1234'] });
      }
      if (path.includes('/git/')) json(response, 400, { message: `bad header ${authorization} in ${TOKEN}` });
    }),
  );
  const lines: string[] = [];
  const forge = forgeAt(url, { log: createTestLog(lines) });
  const answers = [
    await forge.reader.pullRequest(1),
    await forge.reader.branchCommit('main'),
    await forge.reader.repository(),
  ];
  assert.deepEqual(
    answers.map(({ ok }) => ok),
    [false, false, true],
  );
  const text = JSON.stringify([answers, lines]);
  assert.ok(lines.length > 0 && text.includes('[secret]'));
  assert.ok(!text.includes(TOKEN) && !text.includes('abcdefghijklmnop'));
  const profile = asked.find(({ path }) => path === '/users/Remendo-Bot');
  assert.equal(profile?.authorization, undefined, 'what everybody may see is asked without it');
  assert.ok(asked.every(({ path, authorization }) => path === profile?.path || authorization === `token ${TOKEN}`));
});
