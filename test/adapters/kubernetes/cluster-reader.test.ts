import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, test } from 'node:test';
import { createClusterReader } from '../../../src/adapters/kubernetes/cluster-reader.ts';
import type { ClusterReaderOptions } from '../../../src/adapters/kubernetes/cluster-reader.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import type { ClusterReader } from '../../../src/ports/cluster.ts';
import type { ApiServer, Asked, Handler } from './support.ts';
import { configMap, connected, failure, list, quiet, send, startApi, turned, until } from './support.ts';

const closing: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closing) await close();
});

interface Setup {
  readonly server: ApiServer;
  readonly reader: ClusterReader;
  readonly slept: number[];
  advance(milliseconds: number): void;
}

async function setUp(handler: Handler, options: Partial<ClusterReaderOptions> = {}, moves = true): Promise<Setup> {
  const server = await startApi(handler);
  const clock = turned(moves);
  const reader = createClusterReader(await connected(server.url), { clock, log: quiet, ...options });
  closing.push(async () => {
    await reader.close();
    await server.close();
  });
  return { server, reader, slept: clock.slept, advance: (milliseconds) => clock.advance(milliseconds) };
}

/** Answers all lists with nothing, but those of `lists`; watches stay open and silent. */
function world(
  lists: Record<string, object[]>,
  watch: Handler = (_, response) => response.writeHead(200).flushHeaders(),
): Handler {
  return (asked, response) => {
    if (asked.path === '/version') return send(response, 200, { major: '1' });
    if (asked.query.has('watch')) return watch(asked, response);
    send(response, 200, list('X', lists[asked.path] ?? []));
  };
}

const POD = (name: string, namespace = 'a'): object => ({
  metadata: { name, namespace, resourceVersion: '5', managedFields: [{ manager: 'x' }] },
  spec: { containers: [{ name: 'c', env: [{ name: 'TOKEN', value: 'hunter2' }] }] },
});

async function snapshotOf(reader: ClusterReader): Promise<Snapshot> {
  const snapshot = await reader.snapshot();
  assert.ok(snapshot.ok, snapshot.ok ? '' : JSON.stringify(snapshot.error));
  return snapshot.value;
}

test('a snapshot of everything, projected', async () => {
  const { reader, server } = await setUp(world({ '/api/v1/pods': [POD('p')], '/api/v1/configmaps': [configMap('m')] }));
  const snapshot = await snapshotOf(reader);
  assert.equal(snapshot.cluster, 'test-cluster');
  assert.equal(snapshot.takenAt, '2026-11-21T00:00:00.000Z');
  assert.deepEqual(snapshot.blind, []);
  assert.deepEqual(snapshot.objects.Pod, [
    { metadata: { name: 'p', namespace: 'a' }, spec: { containers: [{ name: 'c', env: [{ name: 'TOKEN' }] }] } },
  ]);
  assert.deepEqual(snapshot.objects.ConfigMap, [{ metadata: { name: 'm', namespace: 'a' }, keys: ['key'] }]);
  assert.equal(server.asked.length, 1 + Object.keys(snapshot.objects).length);
  assert.ok(server.asked.every(({ method }) => method === 'GET'));
});

test('at most six lists run at the same time', async () => {
  let running = 0;
  let most = 0;
  const { reader } = await setUp(({ path }, response) => {
    if (path === '/version') return send(response, 200, {});
    most = Math.max(most, ++running);
    setTimeout(() => {
      running--;
      send(response, 200, list('X', []));
    }, 5);
  });
  await snapshotOf(reader);
  assert.equal(most, 6);
});

test('kinds that are forbidden or not served are blind, the rest is read', async () => {
  const { reader } = await setUp((asked, response) => {
    if (asked.path === '/api/v1/secrets')
      return send(response, 403, failure(403, 'Forbidden', 'secrets is forbidden: User "x" cannot list'));
    if (asked.path.startsWith('/apis/argoproj.io')) return send(response, 404, '404 page not found\n');
    world({ '/api/v1/pods': [POD('p')] })(asked, response);
  });
  const { blind, objects } = await snapshotOf(reader);
  assert.deepEqual(
    blind.map(({ kind }) => kind),
    ['Secret', 'Application', 'AppProject'],
  );
  assert.match(blind[0]?.reason ?? '', /secrets is forbidden/);
  assert.match(blind[1]?.reason ?? '', /does not serve/);
  assert.equal(objects.Pod.length, 1);
});

test('when nothing can be read it is an error', async () => {
  for (const [status, reason, code] of [
    [401, 'Unauthorized', 'cluster-unauthorized'],
    [403, 'Forbidden', 'cluster-unauthorized'],
    [500, 'InternalError', 'cluster-unreachable'],
  ] as const) {
    const { reader } = await setUp((_, response) => send(response, status, failure(status, reason, 'no')));
    const snapshot = await reader.snapshot();
    assert.equal(snapshot.ok ? '' : snapshot.error.code, code);
  }
  const { reader, server } = await setUp(world({}));
  await server.close();
  const gone = await reader.snapshot();
  assert.equal(gone.ok ? '' : gone.error.code, 'cluster-unreachable');
});

test('namespaces: only those that are named, but Applications everywhere; ignored ones are left out', async () => {
  const lists = {
    '/api/v1/namespaces/a/pods': [POD('p')],
    '/api/v1/namespaces/b/pods': [POD('q', 'b')],
    '/api/v1/pods': [POD('p'), POD('q', 'b')],
  };
  const named = await setUp(world(lists), { namespaces: ['a', 'b'], cluster: 'prod' });
  const snapshot = await snapshotOf(named.reader);
  assert.equal(snapshot.cluster, 'prod');
  assert.deepEqual(
    snapshot.objects.Pod.map(({ metadata }) => metadata.name),
    ['p', 'q'],
  );
  const paths = named.server.asked.map(({ path }) => path);
  assert.ok(paths.includes('/apis/argoproj.io/v1alpha1/applications') && paths.includes('/api/v1/nodes'));
  assert.ok(!paths.includes('/api/v1/pods'));
  const ignoring = await setUp(world(lists), { ignoreNamespaces: ['b'] });
  assert.deepEqual(
    (await snapshotOf(ignoring.reader)).objects.Pod.map(({ metadata }) => metadata.name),
    ['p'],
  );
  const half = await setUp(
    (asked, response) =>
      asked.path === '/api/v1/namespaces/b/pods'
        ? send(response, 403, failure(403, 'Forbidden', 'no'))
        : world(lists)(asked, response),
    { namespaces: ['a', 'b'], applicationNamespaces: ['argocd'] },
  );
  const partly = await snapshotOf(half.reader);
  assert.deepEqual(partly.blind, [{ kind: 'Pod', reason: 'no in namespace b' }]);
  assert.deepEqual(partly.objects.Pod, [], 'half of a kind would look like the whole');
  assert.ok(half.server.asked.some(({ path }) => path === '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications'));
});

test('an object that has no readable shape is left out, the others count', async () => {
  const { reader } = await setUp(
    world({ '/api/v1/pods': [POD('p'), { metadata: { name: 'odd', namespace: 'a' }, spec: 1 }] }),
  );
  assert.deepEqual(
    (await snapshotOf(reader)).objects.Pod.map(({ metadata }) => metadata.name),
    ['p'],
  );
});

test('logs: the end of them, earlier runs, and what the server says when there are none', async () => {
  const answers: Handler[] = [];
  const { reader, server } = await setUp((asked, response) => answers.shift()?.(asked, response));
  const request = { namespace: 'a', pod: 'p', container: 'c', previous: true, tailLines: 50 };
  answers.push((_, response) => send(response, 200, `${'x'.repeat(100_000)}end\n`));
  const log = await reader.logs(request);
  assert.ok(log.ok && log.value.length === 65_536 && log.value.endsWith('xend\n'));
  const [asked] = server.asked;
  assert.equal(asked?.path, '/api/v1/namespaces/a/pods/p/log');
  assert.deepEqual(Object.fromEntries(asked?.query ?? []), {
    container: 'c',
    tailLines: '50',
    limitBytes: '4194304',
    previous: 'true',
  });
  for (const [status, reason, message, code] of [
    [400, 'BadRequest', 'previous terminated container "c" in pod "p" not found', 'log-unavailable'],
    [400, 'BadRequest', 'container "c" in pod "p" is waiting to start: ContainerCreating', 'log-unavailable'],
    [404, 'NotFound', 'pods "p" not found', 'log-unavailable'],
    [500, 'InternalError', 'Get "https://10.0.0.1:10250/containerLogs": dial tcp: no route to host', 'log-unavailable'],
    [403, 'Forbidden', 'pods "p" is forbidden: cannot get resource "pods/log"', 'forbidden'],
  ] as const) {
    answers.push((_, response) => send(response, status, failure(status, reason, message)));
    const refused = await reader.logs(request);
    assert.deepEqual(refused.ok ? '' : [refused.error.code, refused.error.message], [code, message]);
  }
  answers.push((_, response) => response.destroy());
  const broken = await reader.logs(request);
  assert.equal(broken.ok ? '' : broken.error.code, 'cluster-unreachable');
});

/** A server whose Pods are watched by hand; all other kinds are empty and silent. */
function podWatch(pods: object[]): {
  handler: Handler;
  watches: { asked: Asked; response: ServerResponse }[];
  lists: () => number;
} {
  const watches: { asked: Asked; response: ServerResponse }[] = [];
  let lists = 0;
  const handler = world({}, (asked, response) => {
    response.writeHead(200).flushHeaders();
    if (asked.path === '/api/v1/pods') watches.push({ asked, response });
  });
  return {
    watches,
    lists: () => lists,
    handler: (asked, response) => {
      if (asked.path !== '/api/v1/pods' || asked.query.has('watch')) return handler(asked, response);
      lists++;
      send(response, 200, list('Pod', pods, { resourceVersion: '100' }));
    },
  };
}

const event = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

async function watching(
  handler: Handler,
): Promise<Setup & { readonly changes: () => number; stop(): Promise<void>; names(): Promise<string[]> }> {
  const setup = await setUp(handler, {}, false);
  const stop = new AbortController();
  let changes = 0;
  const ended = setup.reader.watch(() => changes++, stop.signal);
  return {
    ...setup,
    changes: () => changes,
    names: async () => (await snapshotOf(setup.reader)).objects.Pod.map(({ metadata }) => metadata.name).sort(),
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

test('a watch keeps the snapshot up to date', async () => {
  const pods = podWatch([POD('a'), POD('b')]);
  const watch = await watching(pods.handler);
  await until(() => pods.watches.length === 1, 'the watch of pods');
  const [first] = pods.watches;
  assert.deepEqual(
    ['watch', 'allowWatchBookmarks', 'resourceVersion'].map((key) => first?.asked.query.get(key)),
    ['1', 'true', '100'],
  );
  const seconds = Number(first?.asked.query.get('timeoutSeconds'));
  assert.ok(seconds >= 240 && seconds < 300);
  assert.deepEqual(await watch.names(), ['a', 'b']);
  const text =
    event('ADDED', POD('c')) +
    event('MODIFIED', POD('a')) +
    event('DELETED', POD('b')) +
    event('BOOKMARK', { metadata: { resourceVersion: '200' } });
  for (const part of [text.slice(0, 50), text.slice(50, 300), text.slice(300)]) {
    first?.response.write(part);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await until(async () => (await watch.names()).join() === 'a,c', 'the events');
  assert.equal(pods.lists(), 1, 'snapshots come from the caches');
  assert.ok(watch.changes() >= 1);
  // The server ends the watch as it said: it goes on where it was.
  first?.response.end(event('ADDED', { ...POD('half') }).slice(0, 40));
  await until(() => pods.watches.length === 2, 'the next watch');
  assert.equal(pods.watches[1]?.asked.query.get('resourceVersion'), '200');
  assert.equal(pods.lists(), 1);
  assert.deepEqual(await watch.names(), ['a', 'c'], 'half an event is none');
  await watch.stop();
});

test('a dropped connection resumes, 410 lists again, any other error resumes', async () => {
  const pods = podWatch([POD('a')]);
  const watch = await watching(pods.handler);
  const nth = async (n: number): Promise<{ asked: Asked; response: ServerResponse }> => {
    await until(() => pods.watches.length === n, `watch ${n}`);
    const found = pods.watches[n - 1];
    assert.ok(found);
    return found;
  };
  const one = await nth(1);
  one.response.write(
    event('ADDED', { metadata: { name: 'b', namespace: 'a', resourceVersion: '110' }, spec: { containers: [] } }),
  );
  await until(async () => (await watch.names()).length === 2, 'b');
  one.response.destroy();
  const two = await nth(2);
  assert.equal(two.asked.query.get('resourceVersion'), '110');
  two.response.write(event('ERROR', failure(500, 'InternalError', 'etcd')));
  const three = await nth(3);
  assert.equal(three.asked.query.get('resourceVersion'), '110');
  three.response.write('{"type": nonsense\n');
  const four = await nth(4);
  assert.equal(pods.lists(), 1);
  four.response.write(event('ERROR', failure(410, 'Expired', 'too old resource version')));
  const five = await nth(5);
  assert.equal(pods.lists(), 2);
  assert.equal(five.asked.query.get('resourceVersion'), '100');
  assert.deepEqual(await watch.names(), ['a'], 'what the new list does not hold is gone');
  await watch.stop();
});

test('a server that ends every watch at once is not asked without a pause', async () => {
  const pods = podWatch([POD('a')]);
  const watch = await watching((asked, response) => {
    if (asked.query.has('watch') && asked.path === '/api/v1/pods')
      return send(response, 410, failure(410, 'Expired', 'gone'));
    pods.handler(asked, response);
  });
  await until(() => pods.lists() >= 6, 'lists again and again');
  const waits = watch.slept.filter((milliseconds) => milliseconds !== 1000 && milliseconds < 60_000);
  assert.ok(Math.max(...waits) >= 4000, `pauses grow: ${waits.join()}`);
  assert.deepEqual(await watch.names(), ['a'], 'the last list stays visible meanwhile');
  await watch.stop();
});

test('a kind that is refused is blind, and seen when the right is given', async () => {
  let allowed = false;
  const pods = podWatch([POD('a')]);
  const watch = await watching((asked, response) => {
    if (!allowed && asked.path === '/api/v1/pods') return send(response, 403, failure(403, 'Forbidden', 'not yet'));
    pods.handler(asked, response);
  });
  assert.deepEqual((await snapshotOf(watch.reader)).blind, [{ kind: 'Pod', reason: 'not yet' }]);
  allowed = true;
  await until(async () => (await snapshotOf(watch.reader)).blind.length === 0, 'the right');
  assert.deepEqual(await watch.names(), ['a']);
  await watch.stop();
});

test('a cluster that fell silent: first old news, then none', async () => {
  const pods = podWatch([POD('a')]);
  const watch = await watching(pods.handler);
  await until(() => pods.watches.length === 1, 'the watch of pods');
  assert.deepEqual(await watch.names(), ['a']);
  await watch.server.close();
  watch.advance(240_000);
  assert.deepEqual(await watch.names(), ['a']);
  watch.advance(120_000);
  const snapshot = await watch.reader.snapshot();
  assert.equal(snapshot.ok ? '' : snapshot.error.code, 'cluster-unreachable');
  assert.match(snapshot.ok ? '' : snapshot.error.message, /no word from the API server for 6 minutes/);
  await watch.stop();
});
