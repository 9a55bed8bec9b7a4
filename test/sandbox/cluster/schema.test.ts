import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { differences, isArray, isObject } from '../../../src/domain/json.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { parseQuantity } from '../../../src/domain/quantity.ts';
import { readDocuments } from '../../../src/domain/yaml/read.ts';
import { createSandboxClock } from '../../../src/sandbox/clock.ts';
import { canonicalQuantity } from '../../../src/sandbox/cluster/canonical-quantity.ts';
import { wordOf } from '../../../src/sandbox/cluster/json-object.ts';
import { schemaIssues } from '../../../src/sandbox/cluster/schema/issues.ts';
import { mergeApplied } from '../../../src/sandbox/cluster/schema/merge.ts';
import { createClusterWorld } from '../../../src/sandbox/cluster/world.ts';
import { deployment } from './kit.ts';

const WORLD = join(import.meta.dirname, '../../../fixtures/worlds/orders/broken/cluster');

function dumped(): JsonObject[] {
  return readdirSync(WORLD)
    .filter((name) => /\.(yaml|json)$/.test(name))
    .flatMap((name) => {
      const documents = readDocuments(readFileSync(join(WORLD, name), 'utf8'));
      assert.ok(documents.ok, name);
      return documents.value.flatMap(({ value }) =>
        isObject(value) && isArray(value.items) ? value.items.filter((item) => isObject(item)) : [],
      );
    });
}

void test('every object of a real cluster fits the field tables', () => {
  const objects = dumped();
  assert.ok(objects.length > 100);
  for (const object of objects)
    assert.deepEqual(schemaIssues(wordOf(object.kind), object), [], JSON.stringify(object.metadata));
});

void test('real manifests are accepted, and get the defaults that the real server gave them', () => {
  const world = createClusterWorld({
    clock: createSandboxClock({ manual: true }),
    namespaces: ['orders', 'billing', 'edge'],
  });
  const kinds = new Set([
    'Deployment',
    'StatefulSet',
    'CronJob',
    'Secret',
    'ConfigMap',
    'StorageClass',
    'LimitRange',
    'Service',
  ]);
  let compared = 0;
  for (const object of dumped()) {
    const metadata = isObject(object.metadata) ? object.metadata : {};
    const annotations = isObject(metadata.annotations) ? metadata.annotations : {};
    const applied = annotations['kubectl.kubernetes.io/last-applied-configuration'];
    if (typeof applied !== 'string' || !kinds.has(wordOf(object.kind))) continue;
    const made = world.apply(JSON.parse(applied) as JsonObject);
    const spec = JSON.parse(JSON.stringify(made.spec ?? {})) as JsonObject;
    // The addresses of Services are drawn by each cluster for itself.
    const moved = differences(object.spec ?? {}, spec).filter(({ pointer }) => !pointer.startsWith('/clusterIP'));
    assert.deepEqual(moved, [], `${wordOf(object.kind)} ${wordOf(metadata.name)}`);
    compared++;
  }
  assert.ok(compared > 10);
});

const quantity = fc
  .tuple(
    fc.integer({ min: 0, max: 100_000 }),
    fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi'),
    fc.constantFrom('', '.5', '.25'),
  )
  .map(([number, suffix, fraction]) => `${number}${fraction}${suffix}`);

void test('a canonical quantity has the same value and is canonical', () => {
  fc.assert(
    fc.property(quantity, (text) => {
      const canonical = canonicalQuantity(text);
      assert.deepEqual(parseQuantity(canonical), parseQuantity(text));
      assert.equal(canonicalQuantity(canonical), canonical);
    }),
  );
  assert.deepEqual(['1024Mi', '1000m', '0.5', '1.5Gi', '0.5Gi', '1e3'].map(canonicalQuantity), [
    '1Gi',
    '1',
    '500m',
    '1536Mi',
    '512Mi',
    '1e3',
  ]);
});

const env = fc.uniqueArray(fc.record({ name: fc.constantFrom('A', 'B', 'C', 'D'), value: fc.constantFrom('1', '2') }), {
  selector: ({ name }) => name,
  maxLength: 4,
});

const envOf = (object: JsonObject): Record<string, string> => {
  const text = JSON.stringify(object);
  return Object.fromEntries(
    [...text.matchAll(/\{"name":"([A-D])","value":"(\d)"\}/g)].map(([, name = '', value = '']) => [name, value]),
  );
};

void test('merging: what is applied wins, what is no longer applied goes, what others set stays', () => {
  fc.assert(
    fc.property(env, env, env, (last, foreign, target) => {
      const own = new Set(last.map(({ name }) => name));
      const others = foreign.filter(({ name }) => !own.has(name));
      const live = deployment('web', { env: [...last, ...others] });
      const merged = mergeApplied(
        'Deployment',
        deployment('web', { env: last }),
        live,
        deployment('web', { env: target }),
      );
      const wanted = new Set(target.map(({ name }) => name));
      const expected = Object.fromEntries(
        [...others.filter(({ name }) => !wanted.has(name)), ...target].map(({ name, value }) => [name, value]),
      );
      assert.deepEqual(envOf(merged), expected);
    }),
  );
});

void test('applying the same manifest twice changes nothing', () => {
  const world = createClusterWorld({ clock: createSandboxClock({ manual: true }), namespaces: ['shop'] });
  fc.assert(
    fc.property(env, fc.option(fc.constantFrom('64Mi', '0.5', '1000m'), { nil: undefined }), (variables, memory) => {
      const manifest = deployment('web', {
        env: variables,
        ...(memory === undefined ? {} : { resources: { limits: { memory } } }),
      });
      const first = world.apply(manifest);
      const second = world.apply(manifest);
      assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
    }),
    { numRuns: 50 },
  );
});
