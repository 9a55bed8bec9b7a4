import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { after, test } from 'node:test';
import { listKind } from '../../../src/adapters/kubernetes/list.ts';
import type { Problem } from '../../../src/domain/problem.ts';
import type { Result } from '../../../src/domain/result.ts';
import { KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import type { ApiServer, Handler } from './support.ts';
import { configMap, connected, failure, list, send, startApi, turned } from './support.ts';

const servers: ApiServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

interface Listed {
  readonly result: Result<string, Problem>;
  readonly names: string[];
  readonly server: ApiServer;
  readonly slept: number[];
}

/** Lists ConfigMaps from a server that answers the n-th request with the n-th handler, and the last one for ever. */
async function listFrom(...handlers: Handler[]): Promise<Listed> {
  let n = 0;
  const server = await startApi((asked, response) => handlers[Math.min(n++, handlers.length - 1)]?.(asked, response));
  servers.push(server);
  const clock = turned();
  const names = new Set<string>();
  const result = await listKind(await connected(server.url), KINDS.ConfigMap, {
    clock,
    begin: () => names.clear(),
    item: (raw) => names.add(String(Reflect.get(Object(raw['metadata']), 'name'))),
  });
  return { result, names: [...names], server, slept: clock.slept };
}

const page =
  (names: readonly string[], token = '', version = '7'): Handler =>
  (_, response) =>
    send(
      response,
      200,
      list(
        'ConfigMap',
        names.map((name) => configMap(name)),
        { resourceVersion: version, continue: token },
      ),
    );
const fail =
  (code: number, reason: string, message: string, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    send(response, code, failure(code, reason, message), headers);

test('pages of 500, each with the token of the one before', async () => {
  const { result, names, server } = await listFrom(page(['a', 'b'], 't1'), page(['c'], 't2'), page(['d'], '', '9'));
  assert.deepEqual(result, { ok: true, value: '9' });
  assert.deepEqual(names, ['a', 'b', 'c', 'd']);
  assert.deepEqual(
    server.asked.map(({ path, query }) => [path, query.get('limit'), query.get('continue')]),
    [
      ['/api/v1/configmaps', '500', null],
      ['/api/v1/configmaps', '500', 't1'],
      ['/api/v1/configmaps', '500', 't2'],
    ],
  );
});

test('an answer in small pieces, and a compressed one', async () => {
  const text = JSON.stringify(list('ConfigMap', [configMap('é'), configMap('b')]));
  const pieces = await listFrom((_, response) => {
    response.writeHead(200);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7));
    response.end();
  });
  assert.deepEqual(pieces.names, ['é', 'b']);
  const zipped = await listFrom((_, response) => {
    response.writeHead(200, { 'Content-Encoding': 'gzip' });
    response.end(gzipSync(text));
  });
  assert.deepEqual(zipped.names, ['é', 'b']);
});

test('a token that expires: the list begins anew, and what was taken before is void', async () => {
  const { result, names } = await listFrom(
    page(['old', 'a'], 't1'),
    fail(410, 'Expired', 'token expired'),
    page(['a', 'b']),
  );
  assert.ok(result.ok);
  assert.deepEqual(names, ['a', 'b']);
});

test('tokens that always expire: in the end the list is asked for in one piece', async () => {
  const { result, names, server } = await listFrom((asked, response) => {
    if (asked.query.has('continue')) send(response, 410, failure(410, 'Expired', 'too old'));
    else if (asked.query.has('limit')) page(['a'], 't')(asked, response);
    else page(['a', 'b'])(asked, response);
  });
  assert.ok(result.ok);
  assert.deepEqual(names, ['a', 'b']);
  assert.ok(server.asked.length <= 8);
});

test('a storm of 410 ends', async () => {
  const { result, server } = await listFrom(fail(410, 'Expired', 'too old'));
  assert.equal(result.ok ? '' : result.error.code, 'cluster-unreachable');
  assert.ok(server.asked.length <= 5);
});

test('429 is waited out as long as the server says, 5xx with growing pauses', async () => {
  const busy = await listFrom(fail(429, 'TooManyRequests', 'slow down', { 'Retry-After': '7' }), page(['a']));
  assert.ok(busy.result.ok);
  assert.deepEqual(busy.slept, [7000]);
  const ill = await listFrom(fail(500, 'InternalError', 'x'), fail(503, 'ServiceUnavailable', 'x'), page(['a']));
  assert.ok(ill.result.ok);
  assert.equal(ill.slept.length, 2);
  assert.ok((ill.slept[0] ?? 0) >= 250 && (ill.slept[1] ?? 0) >= 500);
  const dead = await listFrom(fail(500, 'InternalError', 'etcd is gone'));
  assert.match(
    dead.result.ok ? '' : `${dead.result.error.code} ${dead.result.error.message}`,
    /^cluster-unreachable .*500.*etcd is gone/,
  );
  assert.equal(dead.server.asked.length, 5);
});

test('what is refused for good is not asked for again', async () => {
  for (const [status, reason, code] of [
    [403, 'Forbidden', 'forbidden'],
    [404, 'NotFound', 'not-served'],
    [400, 'BadRequest', 'cluster-unreachable'],
  ] as const) {
    const { result, server } = await listFrom(fail(status, reason, 'said the server'));
    assert.equal(result.ok ? '' : result.error.code, code);
    assert.match(result.ok ? '' : result.error.message, /said the server/);
    assert.equal(server.asked.length, 1);
  }
});

test('a connection that breaks in the middle of a page: the same page again', async () => {
  const { result, names, server } = await listFrom(
    page(['a'], 't1'),
    (_, response) => {
      response.writeHead(200, { 'Content-Length': '100000' });
      response.write(JSON.stringify(list('ConfigMap', [configMap('b'), configMap('c')])).slice(0, 200));
      setImmediate(() => response.destroy());
    },
    page(['b', 'c']),
  );
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  assert.deepEqual(names, ['a', 'b', 'c']);
  assert.deepEqual(
    server.asked.map(({ query }) => query.get('continue')),
    [null, 't1', 't1'],
  );
});

test('an answer that is not a list', async () => {
  for (const body of ['<html>log in</html>', '{"items": [{"a": }]}', '{"items": [{"metadata": {"name": "x"}}', '']) {
    const { result } = await listFrom((_, response) => send(response, 200, body));
    assert.equal(result.ok ? 'ok' : result.error.code, 'cluster-unreachable', body);
    assert.match(result.ok ? '' : result.error.message, /cannot be read/);
  }
  for (const [body, headers] of [
    ['{}', {}],
    ['<html>log in</html>', { 'Content-Type': 'text/html; charset=utf-8' }],
  ] as const) {
    const { result, server } = await listFrom((_, response) => send(response, 200, body, headers));
    assert.match(
      result.ok ? '' : `${result.error.message} ${result.error.hint}`,
      /no list of an API.*login page/,
      body,
    );
    assert.equal(server.asked.length, 1, 'asking again is no use');
  }
});
