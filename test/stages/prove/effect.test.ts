import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Operation } from '../../../src/domain/change.ts';
import { parseFieldPath } from '../../../src/domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import { apiServer } from '../../../src/stages/prove/checks/api-server.ts';
import { podAdmission } from '../../../src/stages/prove/checks/pod-admission.ts';
import { effectOf } from '../../../src/stages/prove/effect.ts';
import { scene } from './scene.ts';

function at(text: string) {
  const path = parseFieldPath(text);
  assert.ok(path.ok);
  return path.value;
}

const put = (field: string, value: JsonValue): Operation => ({ op: 'replace', path: at(field), value });

/** What is lost of a pod-like object whose `app` container is wanted like `wanted` and stored like `stored`. */
function lost(
  field: string,
  wanted: JsonObject,
  stored: JsonObject,
  before: JsonObject = {},
  op: 'replace' | 'remove' = 'replace',
) {
  const pod = (container: JsonObject, ...more: JsonObject[]): JsonObject => ({
    spec: { containers: [...more, { name: 'app', ...container }] },
  });
  const path = at(`spec.containers[name=app].${field}`);
  const operation: Operation = op === 'remove' ? { op, path } : { op, path, value: null };
  // Sidecars that stand in front are nobody's concern.
  const accepted = pod(stored, { name: 'proxy', image: 'mesh/proxy:1' });
  return effectOf([operation], { before: pod(before), after: pod(wanted), accepted });
}

void test('what the server normalises, fills in or adds takes nothing away', () => {
  const fine: readonly (readonly [string, JsonObject, JsonObject])[] = [
    [
      'resources.limits.memory',
      { resources: { limits: { memory: '1024Mi' } } },
      { resources: { limits: { memory: '1Gi' } } },
    ],
    ['resources.limits.cpu', { resources: { limits: { cpu: 0.5 } } }, { resources: { limits: { cpu: '500m' } } }],
    [
      'resources',
      { resources: { limits: { cpu: '1' } } },
      { resources: { limits: { cpu: '1' }, requests: { cpu: '1' } } },
    ],
    ['livenessProbe', { livenessProbe: { initialDelaySeconds: 0 } }, { livenessProbe: { timeoutSeconds: 1 } }],
    [
      'env',
      { env: [{ name: 'A', value: '1' }] },
      {
        env: [
          { name: 'MESH', value: 'x' },
          { name: 'A', value: '1' },
        ],
      },
    ],
    ['args[0]', { args: ['--fast'] }, { args: ['--injected', '--fast'] }],
  ];
  for (const [field, wanted, stored] of fine)
    assert.deepEqual(lost(field, wanted, stored), { lost: undefined, rewritten: [] });
});

void test('what is set back, capped or left there is said with both values', () => {
  const limits = (memory: string): JsonObject => ({ resources: { limits: { memory } } });
  const field = 'resources.limits.memory';
  assert.equal(
    lost(field, limits('128Mi'), limits('64Mi')).lost,
    'spec.containers[name=app].resources.limits.memory would be "64Mi", not "128Mi"',
  );
  assert.match(lost(field, limits('128Mi'), {}).lost ?? '', /would be absent, not "128Mi"/);
  assert.match(lost(field, {}, limits('64Mi'), limits('64Mi'), 'remove').lost ?? '', /would still be "64Mi"/);
  assert.equal(lost(field, {}, {}, limits('64Mi'), 'remove').lost, undefined);
  assert.match(lost('args[0]', { args: ['--fast'] }, { args: ['--slow'] }).lost ?? '', /would not hold "--fast"/);
});

void test('an image from a mirror is the same image; another version of it is not', () => {
  const taken = (stored: string) => lost('image', { image: 'shop/app:1.2' }, { image: stored });
  assert.deepEqual(taken('mirror.example/docker.io/shop/app:1.2'), {
    lost: undefined,
    rewritten: ['spec.containers[name=app].image is taken as "mirror.example/docker.io/shop/app:1.2"'],
  });
  for (const other of [
    'mirror.example/shop/app:1.1',
    'mirror.example/shop/web:1.2',
    'shop/app',
    'shop/app@sha256:' + 'a'.repeat(64),
  ])
    assert.notEqual(taken(other).lost, undefined, other);
});

void test('law: a value that is stored as it is written is never lost, whatever is added beside it', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  fc.assert(
    fc.property(value, fc.dictionary(fc.string(), value), (wanted, others) => {
      const after = { data: { key: wanted as JsonValue } };
      const accepted = { ...(others as JsonObject), data: { ...(others as JsonObject), key: wanted as JsonValue } };
      assert.equal(effectOf([put('data.key', null)], { before: {}, after, accepted }).lost, undefined);
    }),
  );
});

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: app
        image: shop/app:1
        resources: {limits: {memory: 64Mi}}
`;
const MEMORY = put('spec.template.spec.containers[name=app].resources.limits.memory', '128Mi');

void test('the checks refuse what would be set back in the object, or in its pods', async () => {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
  const base = scene({ before: WEB, changes: [{ object, operations: [MEMORY] }] });
  const as = (change: (text: string) => string) => async (sent: JsonObject) =>
    ({ kind: 'accepted', object: JSON.parse(change(JSON.stringify(sent))) as JsonObject, warnings: [] }) as const;
  const plain = as((text) => text);
  const back = as((text) => text.replaceAll('128Mi', '64Mi'));
  const mirror = as((text) => text.replaceAll('shop/app:1', 'mirror.example/shop/app:1'));
  const onObject = { ...base, dryRun: { apply: back, create: plain } };
  const answer = await apiServer.run(onObject);
  assert.deepEqual([answer.result, answer.code], ['fail', 'set-back']);
  assert.match(
    answer.detail,
    /Deployment shop\/web: .*memory would be "64Mi", not "128Mi"\. Something in the cluster decides/,
  );
  assert.equal((await podAdmission.run(onObject)).result, 'pass');
  const onPods = { ...base, dryRun: { apply: plain, create: back } };
  assert.equal((await apiServer.run(onPods)).result, 'pass');
  assert.match((await podAdmission.run(onPods)).detail, /^A pod of Deployment shop\/web: spec\.containers\[name=app\]/);
  const mirrored = { ...base, dryRun: { apply: mirror, create: mirror } };
  assert.deepEqual(
    [(await apiServer.run(mirrored)).result, (await podAdmission.run(mirrored)).result],
    ['pass', 'pass'],
  );
});
