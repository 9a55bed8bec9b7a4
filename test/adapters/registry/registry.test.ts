import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { afterEach, describe, it } from 'node:test';
import { parseChallenge } from '../../../src/adapters/registry/challenge.ts';
import type { RegistryOptions } from '../../../src/adapters/registry/client.ts';
import { nextPage, registryRoot } from '../../../src/adapters/registry/hosts.ts';
import { createNoRegistry, createRegistry } from '../../../src/adapters/registry/registry.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { SandboxRegistry, SandboxRegistryOptions } from '../../../src/sandbox/registry/registry.ts';
import { digestOf, startRegistry } from '../../../src/sandbox/registry/registry.ts';

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => quiet };
const LOGIN = { username: 'bot', password: 'pw' };
const open: { close(): Promise<void> }[] = [];

function clockAt(): { clock: RegistryOptions['clock']; turn: (seconds: number) => void } {
  let now = Date.parse('2026-01-01T00:00:00Z');
  return {
    clock: { now: () => new Date(now), sleep: () => Promise.resolve() },
    turn: (seconds) => (now += seconds * 1000),
  };
}

async function world(
  server: Partial<SandboxRegistryOptions> = {},
  client: Partial<RegistryOptions> = {},
): Promise<{
  server: SandboxRegistry;
  registry: ReturnType<typeof createRegistry>;
  image: { registry: string; repository: string; tag: string };
  turn: (seconds: number) => void;
  repositories: Map<string, Set<string>>;
}> {
  const repositories = server.repositories ?? new Map([['orders/web', new Set(['1', '2', 'v3'])]]);
  const started = await startRegistry({ repositories, ...server });
  open.push(started);
  const { clock, turn } = clockAt();
  const registry = createRegistry({ clock, log: quiet, timeoutMilliseconds: 2000, ...client });
  return {
    server: started,
    registry,
    image: { registry: started.host, repository: 'orders/web', tag: '2' },
    turn,
    repositories,
  };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

describe('registry', () => {
  it('lists tags and finds manifests by tag and digest', async () => {
    const { registry, image } = await world();
    assert.deepEqual(await registry.tags(image), { ok: true, value: ['1', '2', 'v3'] });
    assert.deepEqual(await registry.exists(image), { ok: true, value: true });
    assert.deepEqual(await registry.exists({ ...image, tag: '9' }), { ok: true, value: false });
    const byDigest = { registry: image.registry, repository: image.repository, digest: digestOf('orders/web', '2') };
    assert.deepEqual(await registry.exists(byDigest), { ok: true, value: true });
  });

  it('says where a repository does not exist', async () => {
    const { registry, image } = await world();
    const missing = { ...image, repository: 'orders/nobody' };
    const tags = await registry.tags(missing);
    assert(!tags.ok && tags.error.code === 'not-found');
    assert.deepEqual(await registry.exists(missing), { ok: true, value: false });
  });

  it('reads page after page, and no more than it may', async () => {
    const many = new Set(Array.from({ length: 6200 }, (_, i) => `t${String(i).padStart(5, '0')}`));
    const { registry, image, server } = await world({ repositories: new Map([['orders/web', many]]) });
    const tags = await registry.tags(image);
    assert(tags.ok);
    assert.equal(tags.value.length, 5000);
    assert.equal(server.requests.length, 5);
  });

  for (const scheme of ['basic', 'bearer'] as const) {
    it(`answers a ${scheme} challenge with the credentials of that registry`, async () => {
      const { registry, image } = await world({ auth: { scheme, ...LOGIN } }, { credentials: () => LOGIN });
      assert.deepEqual(await registry.exists(image), { ok: true, value: true });
    });

    it(`is unauthorized without the credentials that a ${scheme} challenge asks for`, async () => {
      const { registry, image } = await world({ auth: { scheme, ...LOGIN } });
      const answer = await registry.tags(image);
      assert(!answer.ok && answer.error.code === 'unauthorized');
    });
  }

  it('asks for a token once as long as it is good', async () => {
    const { registry, image, server, turn } = await world(
      { auth: { scheme: 'bearer', ...LOGIN } },
      { credentials: () => LOGIN },
    );
    await registry.exists(image);
    await registry.exists({ ...image, tag: '1' });
    assert.equal(server.requests.filter((request) => request.includes('/token')).length, 1);
    turn(400);
    await registry.exists({ ...image, tag: 'v3' });
    assert.equal(server.requests.filter((request) => request.includes('/token')).length, 2);
  });

  for (const [status, code] of [
    [429, 'rate-limited'],
    [403, 'unauthorized'],
    [500, 'unreachable'],
  ] as const) {
    it(`reads status ${status} as ${code}`, async () => {
      const { registry, image } = await world({ fault: () => status });
      for (const answer of [await registry.tags(image), await registry.exists(image)]) {
        assert(!answer.ok);
        assert.equal(answer.error.code, code);
      }
    });
  }

  it('does not wait for ever, and says when nobody is there', async () => {
    const { registry, image } = await world({ fault: () => 'hang' }, { timeoutMilliseconds: 30 });
    const slow = await registry.exists(image);
    assert(!slow.ok && slow.error.code === 'unreachable' && slow.error.message.includes('no answer in time'));
    const gone = await registry.tags({ registry: '127.0.0.1:1', repository: 'a/b' });
    assert(!gone.ok && gone.error.code === 'unreachable');
  });

  it('reads no endless answer of whoever gives out tokens', async () => {
    let sent = 0;
    const endless = (): ReadableStream =>
      new ReadableStream({
        pull(controller) {
          sent += 1024 ** 2;
          if (sent > 200 * 1024 ** 2) controller.error(new Error('read for ever'));
          else controller.enqueue(new Uint8Array(1024 ** 2));
        },
      });
    const answers = (input: string | URL | Request): Promise<Response> => {
      const isRealm = (input instanceof Request ? input.url : input.toString()).includes('realm.example.com');
      const headers = { 'www-authenticate': 'Bearer realm="https://realm.example.com/token"' };
      return Promise.resolve(isRealm ? new Response(endless()) : new Response(null, { status: 401, headers }));
    };
    const { registry } = await world({}, { fetch: answers });
    const answer = await registry.tags({ registry: 'images.example.com', repository: 'a/b' });
    assert(!answer.ok && answer.error.code === 'unreachable');
    assert.ok(sent < 64 * 1024 ** 2, `${sent} bytes were read`);
  });

  it('remembers answers for a while, and errors for a shorter one', async () => {
    let fault: number | undefined;
    const { registry, image, turn, repositories, server } = await world({ fault: () => fault }, { ttlSeconds: 100 });
    await registry.tags(image);
    repositories.get('orders/web')?.add('new');
    assert.deepEqual(await registry.tags(image), { ok: true, value: ['1', '2', 'v3'] });
    assert.equal(server.requests.length, 1);
    turn(101);
    assert.deepEqual(await registry.tags(image), { ok: true, value: ['1', '2', 'new', 'v3'] });
    fault = 500;
    const other = { ...image, tag: '1' };
    assert.equal((await registry.exists(other)).ok, false);
    fault = undefined;
    assert.equal((await registry.exists(other)).ok, false);
    turn(11);
    assert.deepEqual(await registry.exists(other), { ok: true, value: true });
  });

  it('falls back to GET where HEAD is not served, and takes no page that is not a list', async () => {
    const methods: string[] = [];
    const server = createServer((request, response) => {
      methods.push(request.method ?? '');
      if (request.method === 'HEAD') response.statusCode = 405;
      response.end('<html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const address = server.address();
    assert(address && typeof address === 'object');
    const registry = createRegistry({ clock: clockAt().clock, log: quiet });
    const image = { registry: `127.0.0.1:${address.port}`, repository: 'a', tag: '1' };
    assert.deepEqual(await registry.exists(image), { ok: true, value: true });
    assert.deepEqual(methods, ['HEAD', 'GET']);
    const tags = await registry.tags(image);
    assert(!tags.ok && tags.error.code === 'unreachable');
  });

  it('speaks plain HTTP only to loopback addresses and to hosts that are configured so', () => {
    assert.equal(registryRoot('docker.io', []), 'https://registry-1.docker.io');
    assert.equal(registryRoot('ghcr.io', []), 'https://ghcr.io');
    assert.equal(registryRoot('localhost:5000', []), 'http://localhost:5000');
    assert.equal(registryRoot('localhost.example', []), 'https://localhost.example');
    assert.equal(registryRoot('127.0.0.1.example', []), 'https://127.0.0.1.example');
    assert.equal(registryRoot('r.local:5000', ['r.local:5000']), 'http://r.local:5000');
  });

  it('sends a credential to no realm over plain HTTP', async () => {
    const asked: string[] = [];
    const fake: typeof fetch = async (input) => {
      asked.push(input instanceof Request ? input.url : String(input));
      return new Response(null, {
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm="http://elsewhere.example/token"' },
      });
    };
    const registry = createRegistry({ clock: clockAt().clock, log: quiet, fetch: fake, credentials: () => LOGIN });
    const answer = await registry.exists({ registry: 'ghcr.io', repository: 'a/b', tag: '1' });
    assert(!answer.ok && answer.error.code === 'unauthorized');
    assert(asked.every((url) => url.startsWith('https://ghcr.io/')));
  });

  it('reads challenges and links', () => {
    assert.deepEqual(parseChallenge('Bearer realm="https://a/t",service="s",scope="repository:x/y:pull"'), {
      scheme: 'bearer',
      realm: 'https://a/t',
      service: 's',
      scope: 'repository:x/y:pull',
    });
    assert.deepEqual(parseChallenge('Basic realm="x"'), { scheme: 'basic' });
    assert.equal(parseChallenge('Negotiate'), undefined);
    assert.equal(parseChallenge('Bearer realm="not a url"'), undefined);
    assert.equal(
      nextPage('</v2/a/tags/list?last=b&n=1>; rel="next"', 'https://r/v2/a/tags/list'),
      'https://r/v2/a/tags/list?last=b&n=1',
    );
    assert.equal(nextPage('<https://elsewhere/x>; rel="next"', 'https://r/v2/'), undefined);
    assert.equal(nextPage(null, 'https://r/v2/'), undefined);
  });

  it('is off where it is not configured', async () => {
    const answer = await createNoRegistry().tags({ registry: 'r', repository: 'a' });
    assert(!answer.ok && answer.error.code === 'not-configured');
  });
});
