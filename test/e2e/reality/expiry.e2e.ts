import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parseJson } from '../../../src/domain/json.ts';
import { bodyText } from '../../../src/adapters/kubernetes/answer.ts';
import type { Connection } from '../../../src/adapters/kubernetes/connect.ts';
import { listKind } from '../../../src/adapters/kubernetes/list.ts';
import { watchOnce } from '../../../src/adapters/kubernetes/watch.ts';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { getField } from '../../../src/domain/field-path.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { JsonObjectSchema } from '../../../src/domain/kubernetes/json-schema.ts';
import { KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { plain } from './objects.ts';
import type { Side, Sides } from './sides.ts';
import { openSides } from './sides.ts';

/** Events are the kind that is served from etcd itself: what etcd has compacted is gone for them at once. */
const HOME = `expiry-${Date.now().toString(36)}`;
const EVENTS = `/api/v1/namespaces/${HOME}/events`;
/** More than one page of the shipped lister. */
const COUNT = 510;
const clock = createSystemClock();
let sides: Sides;

const event = (name: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace: HOME },
  involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: HOME, name: 'web' },
  reason: 'Told',
  message: name,
  type: 'Normal',
});

before(async () => {
  sides = await openSides();
  for (const side of [sides.real, sides.sandbox]) {
    await side.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: HOME } });
    for (let i = 0; i < COUNT; i += 10)
      await Promise.all(Array.from({ length: 10 }, (_, j) => side.seed(event(`e-${String(i + j).padStart(4, '0')}`))));
  }
});
after(async () => {
  await sides.close();
  await attachCluster().admin.send('DELETE', `/api/v1/namespaces/${HOME}`);
});

async function get({ connection }: Side, path: string, query: Record<string, string>): Promise<[number, string]> {
  const response = await connection.request({ method: 'GET', path, query });
  assert.ok(response.ok);
  return [response.value.status, await bodyText(response.value.body)];
}

/** What a refusal says, wherever it stands. */
function refusal(text: string): JsonObject {
  const said = JsonObjectSchema.parse(parseJson(text));
  const pick = (field: string) => getField(said, [field]) ?? getField(said, ['object', field]) ?? null;
  const message = pick('message');
  const timeless = typeof message === 'string' ? message.replace(/\(\d+\)/, '(now)') : null;
  return { reason: pick('reason'), code: pick('code'), message: timeless };
}

test('a version that is still to come is waited for in silence', async () => {
  const wait = (side: Side): Promise<unknown> =>
    get(side, EVENTS, { watch: '1', resourceVersion: '999999999', timeoutSeconds: '2' });
  assert.deepEqual(await wait(sides.sandbox), await wait(sides.real));
});

test('a page, a list in the middle and a watch of what is forgotten', async () => {
  const asked = async (side: Side): Promise<unknown> => {
    const [, text] = await get(side, EVENTS, { limit: '2' });
    const first = JsonObjectSchema.parse(parseJson(text));
    const token = getField(first, ['metadata', 'continue']);
    const version = getField(first, ['metadata', 'resourceVersion']);
    assert.ok(typeof token === 'string' && typeof version === 'string');
    await side.seed(plain('ConfigMap', 'later', { data: { A: 'b' } }, HOME));

    const begun: string[][] = [];
    const listed = await listKind(forgetsBeforeTheSecondPage(side), KINDS.Event, {
      clock,
      namespace: HOME,
      begin: () => begun.push([]),
      item: (raw) => begun.at(-1)?.push(JSON.stringify(getField(raw, ['metadata', 'name']))),
    });
    assert.ok(listed.ok, listed.ok ? '' : listed.error.message);

    const [status, page] = await get(side, EVENTS, { limit: '2', continue: token });
    const stream = await get(side, EVENTS, { watch: '1', resourceVersion: version, timeoutSeconds: '3' });
    const watch = await watchOnce(side.connection, KINDS.Event, {
      resourceVersion: version,
      namespace: HOME,
      signal: AbortSignal.timeout(20_000),
      opened() {},
      event() {},
    });
    return {
      page: { status, ...refusal(page) },
      stream: { status: stream[0], ...refusal(stream[1]) },
      watch,
      restarted: begun.length > 1,
      complete: new Set(begun.at(-1)).size,
    };
  };
  const real = await asked(sides.real);
  assert.deepEqual(await asked(sides.sandbox), real);
  // Both could be wrong together: this is what the adapters must make of it.
  assert.deepEqual(
    { watch: getField(real as JsonObject, ['watch', 'kind']), complete: getField(real as JsonObject, ['complete']) },
    { watch: 'expired', complete: COUNT },
  );
});

/** The server forgets the past between the first page of a list and the second, once. */
function forgetsBeforeTheSecondPage(side: Side): Connection {
  let done = false;
  return {
    ...side.connection,
    async request(options) {
      if (!done && options.query?.['continue'] !== undefined) {
        done = true;
        await side.seed(plain('ConfigMap', 'later', { data: { A: 'c' } }, HOME));
        await side.forget();
      }
      return side.connection.request(options);
    },
  };
}
