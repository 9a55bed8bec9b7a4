import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Pattern, RelativeChange } from '../../../../src/domain/pattern.ts';
import { DEFAULT_POLICY } from '../../../../src/domain/policy.ts';
import { quantity } from '../../../../src/domain/quantity.ts';
import { scaleQuantity } from '../../../../src/domain/scale-quantity.ts';
import { recall as recallFrom } from '../../../../src/stages/propose/patterns/recall.ts';
import { instantiate } from '../../../../src/stages/propose/patterns/instantiate.ts';
import { rendered, scene } from '../../prove/scene.ts';

const JOB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: importer}
spec:
  template:
    spec:
      containers:
      - name: importer
        args: [--verbose, --prot=8080]
        resources: {limits: {memory: 512Mi}}
`;
const TARGET = { kind: 'Deployment', object: rendered(JOB)[0]?.object ?? {}, container: 'importer' };

test('a factor is applied in the unit of the text', () => {
  const change: RelativeChange = { kind: 'multiply', inContainer: true, field: 'resources.limits.memory', factor: 2 };
  const operations = instantiate(change, TARGET);
  assert.deepEqual(
    operations?.map((item) => ('value' in item ? item.value : undefined)),
    ['512Mi', '1024Mi'],
  );
});

test('a value is replaced only where the old one stands, also at another index of the list', () => {
  const change: RelativeChange = {
    kind: 'set',
    inContainer: true,
    field: 'args[0]',
    from: '--prot=8080',
    value: '--port=8080',
  };
  const operations = instantiate(change, TARGET);
  assert.deepEqual(operations?.at(-1)?.path.at(-1), 1);
  assert.equal(instantiate({ ...change, from: '--other' }, TARGET), undefined);
});

test('quantities scale as people write them', () => {
  const cases = [
    ['128Mi', 2, '256Mi'],
    ['500m', 2, '1000m'],
    ['1Gi', 1.5, '1536Mi'],
    ['1.5Gi', 2, '3Gi'],
    [2, 2, 4],
    ['x', 2, undefined],
    ['0', 2, undefined],
    ['1', 1.5, '2'],
    ['1e3', 2, '2000'],
    ['128974848', 2, '257949696'],
  ] as const;
  for (const [text, factor, wanted] of cases) assert.equal(scaleQuantity(text, factor, 'others'), wanted, String(text));
});

test('cores scale by millicores, never by whole cores', () => {
  const cases = [
    ['500m', 2, '1000m'],
    ['0.5', 1.5, '750m'],
    ['0.5', 0.5, '250m'],
    ['100m', 1 / 3, '34m'],
    [1, 1.5, '1500m'],
    [0.5, 2, 1],
    ['1', 1.1, '1100m'],
    ['1e0', 2, '2'],
  ] as const;
  for (const [text, factor, wanted] of cases) assert.equal(scaleQuantity(text, factor, 'cores'), wanted, String(text));
});

test('what scales is at least the exact product, and less than one step above it', () => {
  const amount = fc.oneof(
    fc.integer({ min: 1, max: 64_000 }).map((n) => `${n}m`),
    fc.integer({ min: 1, max: 64 }).map(String),
    fc.integer({ min: 1, max: 6400 }).map((n) => String(n / 100)),
  );
  fc.assert(
    fc.property(amount, fc.integer({ min: 1, max: 40 }), (text, tenths) => {
      const scaled = quantity(scaleQuantity(text, tenths / 10, 'cores'));
      const exact = ((quantity(text) ?? 0n) * BigInt(tenths)) / 10n;
      assert.ok(scaled !== undefined && scaled >= exact && scaled - exact < 1_000_000n, `${scaled} for ${exact}`);
    }),
  );
});

test('a learned factor of a processor request is one', () => {
  const object = rendered(JOB.replace('limits: {memory: 512Mi}', 'requests: {cpu: 0.5}'))[0]?.object ?? {};
  const change: RelativeChange = { kind: 'multiply', inContainer: true, field: 'resources.requests.cpu', factor: 0.5 };
  assert.deepEqual(
    instantiate(change, { ...TARGET, object })?.map((item) => ('value' in item ? item.value : undefined)),
    [0.5, '250m'],
  );
});

function pattern(more: Partial<Pattern>): Pattern {
  return {
    id: 'p1',
    kind: 'Deployment',
    cause: 'memory/oom-killed',
    shape: ['containerType=container'],
    change: [{ kind: 'multiply', inContainer: true, field: 'resources.limits.memory', factor: 2 }],
    verified: 1,
    refuted: 0,
    rejected: 0,
    lastOutcomeAt: '2026-11-20T12:00:00Z',
    sources: ['https://forge.example/1'],
    ...more,
  };
}

function recall(patterns: readonly Pattern[]) {
  const { incident } = scene({
    before: JOB,
    changes: [],
    incident: { container: 'importer', containerType: 'container' },
  });
  const [declared] = rendered(JOB);
  const clock = { now: () => new Date('2026-11-21T12:00:00Z'), sleep: async () => undefined };
  assert.ok(declared);
  return recallFrom(patterns, { incident, declared, policy: DEFAULT_POLICY, clock });
}

test('one verified pattern of the same cause and shape is used', () => {
  assert.equal(recall([pattern({})])?.kind, 'fix');
  assert.equal(recall([pattern({ cause: 'crash/exit-error' })]), undefined);
  assert.equal(recall([pattern({ shape: ['containerType=init'] })]), undefined);
  assert.equal(recall([]), undefined);
});

test('a refuted or faded pattern is not used any more', () => {
  assert.equal(recall([pattern({ refuted: 1 })])?.kind, 'declined');
  assert.equal(recall([pattern({ lastOutcomeAt: '2024-01-01T00:00:00Z' })])?.kind, 'declined');
});

test('two patterns that are trusted alike give none; a clear margin decides', () => {
  const other = pattern({
    id: 'p2',
    change: [{ kind: 'multiply', inContainer: true, field: 'resources.limits.memory', factor: 4 }],
  });
  assert.equal(recall([pattern({}), other])?.kind, 'declined');
  const answer = recall([pattern({ verified: 8 }), other]);
  assert.equal(answer?.kind, 'fix');
  assert.equal(answer?.name, 'pattern p1');
});
