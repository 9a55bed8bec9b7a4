import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DRY, applyInit, kit, object } from './kit.ts';

/** What test/e2e/reality holds to the real server, kept here for machines that have none. */
const PATH = '/api/v1/namespaces/shop/configmaps';

void test('data and annotations have a size', async (t) => {
  const k = await kit(t);
  const ask = async (body: object): Promise<readonly [number, string]> => {
    const answer = await k.json(`${PATH}/new?${DRY}`, applyInit({ ...object('ConfigMap', 'new'), ...body }));
    return [answer.code, answer.body.message];
  };
  const MIB = 1024 * 1024;
  assert.equal((await ask({ data: { A: 'x'.repeat(MIB) } }))[0], 201);
  const large = [422, 'ConfigMap "new" is invalid: []: Too long: may not be more than 1048576 bytes'];
  assert.deepEqual(await ask({ data: { A: 'x'.repeat(MIB), B: 'x' } }), large);
  assert.deepEqual(await ask({ data: { A: 'x' }, binaryData: { B: Buffer.alloc(MIB).toString('base64') } }), large);
  const annotated = (bytes: number) => ({
    metadata: { name: 'new', namespace: 'shop', annotations: { note: 'x'.repeat(bytes - 4) } },
  });
  assert.equal((await ask(annotated(MIB / 4)))[0], 201);
  assert.deepEqual(await ask(annotated(MIB / 4 + 1)), [
    422,
    'ConfigMap "new" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes',
  ]);
});

void test('a watch from a version to come is silent until then, and one from the past says so in its own words', async (t) => {
  const k = await kit(t);
  const watch = async (path: string, version: number): Promise<string> =>
    (await k.call(`${path}?watch=1&timeoutSeconds=1&resourceVersion=${version}`)).text();
  assert.equal(await watch(PATH, 1_000_000), '');
  const to = k.world.store.version() + 2;
  const waiting = watch(PATH, to - 1);
  k.world.apply(object('ConfigMap', 'first', { data: {} }));
  k.world.apply(object('ConfigMap', 'second', { data: {} }));
  const seen = await waiting;
  assert.ok(seen.includes('"second"') && !seen.includes('"first"'), seen);
  k.world.store.forget();
  assert.match(await watch(PATH, 1), /"message":"too old resource version: 1 \(\d+\)","reason":"Expired","code":410/);
  const events = PATH.replace('configmaps', 'events');
  assert.match(await watch(events, 1), /"The resourceVersion for the provided watch is too old."/);
});
