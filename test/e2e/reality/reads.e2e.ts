import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bodyText } from '../../../src/adapters/kubernetes/answer.ts';
import { listKind } from '../../../src/adapters/kubernetes/list.ts';
import { readPodLog } from '../../../src/adapters/kubernetes/pod-log.ts';
import { watchOnce } from '../../../src/adapters/kubernetes/watch.ts';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { getField } from '../../../src/domain/field-path.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { isArray, parseJson } from '../../../src/domain/json.ts';
import { JsonObjectSchema } from '../../../src/domain/kubernetes/json-schema.ts';
import { ALL_KINDS, KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { plain, pod } from './objects.ts';
import type { Side, Sides } from './sides.ts';
import { openSides } from './sides.ts';

const HOME = `reads-${Date.now().toString(36)}`;
const clock = createSystemClock();
let sides: Sides;
let both: readonly Side[] = [];
before(async () => {
  sides = await openSides();
  both = [sides.real, sides.sandbox];
  for (const side of both) {
    await side.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: HOME } });
    for (const name of ['a', 'b', 'c']) await side.seed(plain('ConfigMap', name, { data: { KEY: name } }, HOME));
    await side.seed(pod({}, HOME, { nodeSelector: { none: 'such' } }));
  }
});
after(async () => {
  await sides.close();
  await attachCluster().admin.send('DELETE', `/api/v1/namespaces/${HOME}`);
});

/** Status and, of a refusal, its words; of a list, the names in it. */
async function get({ connection }: Side, path: string, query: Record<string, string> = {}): Promise<JsonObject> {
  const response = await connection.request({ method: 'GET', path, query });
  assert.ok(response.ok);
  const text = await bodyText(response.value.body);
  const parsed = JsonObjectSchema.safeParse(parseJson(text));
  const { status } = response.value;
  if (!parsed.success) return { status, text: text.trim() };
  const body = parsed.data;
  if (status >= 400)
    return { status, reason: body['reason'] ?? null, message: body['message'] ?? null, code: body['code'] ?? null };
  const { items } = body;
  const names = isArray(items) ? items.map((item) => getField(item, ['metadata', 'name']) ?? null) : [];
  const kinds = isArray(items) ? items.map((item) => getField(item, ['kind']) ?? null) : [];
  return {
    status,
    kind: body['kind'] ?? null,
    names,
    kinds,
    more: (getField(body, ['metadata', 'continue']) ?? '') !== '',
  };
}

const MAPS = `/api/v1/namespaces/${HOME}/configmaps`;
// Only what Remendo sends: it never makes up a token or a version.
const READS: Readonly<Record<string, readonly [path: string, query?: Record<string, string>]>> = {
  'a list': [MAPS],
  'a page': [MAPS, { limit: '2' }],
  'a page that is the last': [MAPS, { limit: '4' }],
  'an object that is not there': [`${MAPS}/nowhere`],
  'a namespace that is not there': ['/api/v1/namespaces/reads-nowhere/configmaps'],
  'a resource that is not served': ['/api/v1/foxes'],
  'a group that is not served': ['/apis/foxes.example.com/v1'],
  'a version that is not served': ['/apis/apps/v1beta1/deployments'],
  'a selector by name': [MAPS, { fieldSelector: 'metadata.name=b' }],
  'items of a custom resource': [
    '/apis/argoproj.io/v1alpha1/namespaces/argocd/appprojects',
    { fieldSelector: 'metadata.name=nobody' },
  ],
};

for (const [name, [path, query]] of Object.entries(READS)) {
  test(`read: ${name}`, async () => {
    assert.deepEqual(await get(sides.sandbox, path, query), await get(sides.real, path, query));
  });
}

test('every kind that Remendo reads is listed by both', async () => {
  for (const { name, connection } of both) {
    for (const kind of ALL_KINDS) {
      const listed = await listKind(connection, KINDS[kind], { clock, begin() {}, item() {} });
      assert.ok(listed.ok, `${name} ${kind}: ${listed.ok ? '' : listed.error.message}`);
      assert.match(listed.value, /^\d+$/);
    }
  }
});

test('a page goes on where it stopped, in one moment', async () => {
  const pages = async ({ connection }: Side): Promise<unknown> => {
    const names: unknown[] = [];
    let token = '';
    let versions = new Set<unknown>();
    for (let page = 0; page < 5 && (page === 0 || token !== ''); page++) {
      const response = await connection.request({
        method: 'GET',
        path: MAPS,
        query: { limit: '2', ...(token === '' ? {} : { continue: token }) },
      });
      assert.ok(response.ok);
      const body = parseJson(await bodyText(response.value.body)) as {
        items: { metadata: { name: string } }[];
        metadata: { continue?: string; resourceVersion: string };
      };
      names.push(body.items.map(({ metadata }) => metadata.name));
      versions = versions.add(body.metadata.resourceVersion);
      token = body.metadata.continue ?? '';
    }
    return { names, versions: versions.size };
  };
  assert.deepEqual(await pages(sides.sandbox), await pages(sides.real));
});

test('a watch tells what happens, in order, and goes on from any event', async () => {
  const watched = async (side: Side): Promise<unknown> => {
    const start = await listKind(side.connection, KINDS.ConfigMap, { clock, namespace: HOME, begin() {}, item() {} });
    assert.ok(start.ok);
    const seen = async (
      resourceVersion: string,
      count: number,
    ): Promise<readonly (readonly [string, unknown, string])[]> => {
      const events: [string, unknown, string][] = [];
      const stop = new AbortController();
      const limit = setTimeout(() => stop.abort(), 60_000);
      await watchOnce(side.connection, KINDS.ConfigMap, {
        resourceVersion,
        namespace: HOME,
        signal: stop.signal,
        opened() {},
        event(type, raw, version) {
          const value = getField(raw, ['data', 'KEY']);
          // The sandbox notes the manager in a second write, which changes nothing else.
          const again = type === 'MODIFIED' && value === (events.at(-1)?.[1] ?? 'new');
          if (type !== 'BOOKMARK' && !again) events.push([type, value, version]);
          if (events.length >= count) stop.abort();
        },
      });
      clearTimeout(limit);
      return events;
    };
    const watching = seen(start.value, 2);
    await side.seed(plain('ConfigMap', 'd', { data: { KEY: 'new' } }, HOME));
    await side.seed(plain('ConfigMap', 'd', { data: { KEY: 'changed' } }, HOME));
    const events = await watching;
    const again = await seen(events[0]?.[2] ?? '', 1);
    return [events, again].map((list) => list.map(([type, value]) => [type, value]));
  };
  assert.deepEqual(await watched(sides.sandbox), await watched(sides.real));
});

test('a bookmark carries a resource version and nothing else', async () => {
  const bookmark = async ({ connection }: Side): Promise<unknown> => {
    const query = { watch: '1', allowWatchBookmarks: 'true', timeoutSeconds: '8', resourceVersion: '0' };
    const response = await connection.request({ method: 'GET', path: MAPS, query });
    assert.ok(response.ok);
    const events = (await bodyText(response.value.body))
      .trim()
      .split('\n')
      .map((line) => parseJson(line) as { type: string; object: JsonObject });
    const found = events.find(({ type }) => type === 'BOOKMARK')?.object;
    const version = getField(found, ['metadata', 'resourceVersion']);
    return {
      kind: found?.['kind'],
      apiVersion: found?.['apiVersion'],
      version: typeof version === 'string' && /^\d+$/.test(version),
      name: getField(found, ['metadata', 'name']),
    };
  };
  assert.deepEqual(await bookmark(sides.sandbox), await bookmark(sides.real));
});

test('logs that are not there, in the words of the server', async () => {
  const ask = async ({ connection }: Side, name: string, container: string): Promise<unknown> => {
    const log = await readPodLog(
      connection,
      { namespace: HOME, pod: name, container, previous: false, tailLines: 5 },
      undefined,
    );
    return log.ok ? log.value : log.error;
  };
  for (const [name, container] of [
    ['nowhere', 'web'],
    ['probe', 'other'],
    ['probe', 'web'],
  ] as const) {
    assert.deepEqual(
      await ask(sides.sandbox, name, container),
      await ask(sides.real, name, container),
      `${name} ${container}`,
    );
  }
});
