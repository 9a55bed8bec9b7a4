import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Operation } from '../../../src/domain/change.ts';
import { trustOf } from '../../../src/domain/pattern.ts';
import type { Pattern } from '../../../src/domain/pattern.ts';
import { learn, lessonOf } from '../../../src/stages/learn/learn.ts';
import type { LearntFix } from '../../../src/stages/learn/relative.ts';
import { patternKeyOf } from '../../../src/stages/learn/relative.ts';

const CONTAINER: Operation['path'] = ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'web' }];
const MEMORY: Operation['path'] = [...CONTAINER, 'resources', 'limits', 'memory'];

function fix(more: Partial<LearntFix> = {}, from = '128Mi', to = '256Mi'): LearntFix {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
  const operations: Operation[] = [
    { op: 'test', path: MEMORY, value: from },
    { op: 'replace', path: MEMORY, value: to },
  ];
  return {
    object,
    cause: 'memory/oom-killed',
    container: 'web',
    containerType: 'container',
    origin: 'rule',
    changes: [{ object, operations }],
    ...more,
  };
}

test('a resource is learned as a factor, relative to the container', () => {
  const change = patternKeyOf(fix())?.change;
  assert.deepEqual(change, [{ kind: 'multiply', inContainer: true, field: 'resources.limits.memory', factor: 2 }]);
});

test('what history put back, and large steps, are learned as that one value only', () => {
  for (const learnt of [fix({ origin: 'history' }), fix({}, '16Mi', '256Mi')]) {
    const [change] = patternKeyOf(learnt)?.change ?? [];
    assert.equal(change?.kind, 'set');
  }
});

test('nothing is carried over where the old value is not known, or several objects change', () => {
  const { changes } = fix();
  const [change] = changes;
  assert.ok(change);
  const untested = { ...change, operations: change.operations.filter(({ op }) => op !== 'test') };
  assert.equal(patternKeyOf(fix({ changes: [untested] })), undefined);
  assert.equal(patternKeyOf(fix({ changes: [change, change] })), undefined);
});

test('one pull request counts once', () => {
  const source = { url: 'https://forge.example/1', at: '2026-11-21T12:00:00Z' };
  const first = learn([], fix(), 'verified', source);
  assert.ok(first);
  assert.equal(first.verified, 1);
  assert.equal(learn([first], fix(), 'verified', source), undefined);
  const second = learn([first], fix(), 'refuted', { ...source, url: 'https://forge.example/2' });
  assert.deepEqual([second?.verified, second?.refuted, second?.sources.length], [1, 1, 2]);
  assert.equal(second?.id, first.id);
});

test('a pull request that ends a second time counts by its last end, and not at all while it is open again', () => {
  const source = { url: 'https://forge.example/1', at: '2026-11-21T12:00:00Z' };
  const rejected = learn([], fix(), 'rejected', source);
  assert.ok(rejected);
  const reopened = learn([rejected], fix(), undefined, { ...source, before: 'rejected' });
  assert.ok(reopened);
  assert.deepEqual([reopened.rejected, reopened.sources], [0, []]);
  const merged = learn([rejected], fix(), 'verified', { ...source, before: 'rejected' });
  assert.deepEqual([merged?.verified, merged?.rejected, merged?.sources.length], [1, 0, 1]);
});

test('only verified, refuted and rejected ends teach', () => {
  const ends = ['verified', 'not-fixed', 'made-worse', 'rejected', 'never-applied', 'timed-out', 'waiting', 'resolved'];
  assert.deepEqual(ends.map(lessonOf), [
    'verified',
    'refuted',
    'refuted',
    'rejected',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

const NOW = new Date('2026-11-21T12:00:00Z');
function pattern(verified: number, refuted: number, rejected = 0, days = 0): Pattern {
  const lastOutcomeAt = new Date(NOW.getTime() - days * 86_400_000).toISOString();
  return {
    id: 'p',
    kind: 'Deployment',
    cause: 'c',
    shape: [],
    change: [],
    verified,
    refuted,
    rejected,
    lastOutcomeAt,
    sources: [],
  };
}
const trust = (...counts: Parameters<typeof pattern>): number => trustOf(pattern(...counts), NOW, 180);

test('trust grows with successes, falls with failures and fades with time', () => {
  const count = fc.nat({ max: 50 });
  fc.assert(
    fc.property(count, count, count, (good, bad, days) => {
      const here = trust(good, bad, 0, days);
      assert.ok(here >= 0 && here <= 1);
      assert.ok(trust(good + 1, bad, 0, days) > here);
      assert.ok(trust(good, bad + 1, 0, days) <= here + 1e-12);
      assert.ok(trust(good, bad, 0, days + 10) <= here + 1e-12);
    }),
    { numRuns: 2000 },
  );
});

test('the figures that the defaults rest on', () => {
  assert.equal(trust(0, 0), 0);
  assert.equal(trust(1, 0).toFixed(2), '0.21');
  assert.equal(trust(5, 0).toFixed(2), '0.57');
  assert.ok(trust(1, 1) < 0.15);
});
