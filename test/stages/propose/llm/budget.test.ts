import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { DEFAULT_POLICY } from '../../../../src/domain/policy.ts';
import { createBudget } from '../../../../src/stages/propose/llm/budget.ts';
import { turnableClock } from '../../../adapters/sqlite/helpers.ts';
import { mapStore } from './ask.ts';

const LIMITS = {
  ...DEFAULT_POLICY.llm,
  callsPerIncident: 2,
  callsPerHour: 3,
  dollarsPerDay: 1,
  promptPrice: 100,
  completionPrice: 0,
};

function setUp(limits: Partial<typeof LIMITS> = {}) {
  const store = mapStore();
  const clock = turnableClock();
  const open = () => createBudget({ store, clock, policy: { ...LIMITS, ...limits } });
  return { store, clock, open, budget: open() };
}

const reasonOf = (result: ReturnType<ReturnType<typeof createBudget>['reserve']>): string =>
  result.ok ? '' : result.error;

describe('limits of the model', () => {
  it('counts calls of one incident, over restarts', () => {
    const { open } = setUp();
    assert.ok(open().reserve('a', 1).ok);
    assert.ok(open().reserve('a', 1).ok);
    assert.match(reasonOf(open().reserve('a', 1)), /2 times about this incident/);
    assert.match(open().refusal('a') ?? '', /2 times about this incident/);
    assert.equal(open().refusal('b'), undefined);
  });

  it('counts calls of the last hour, not of the clock hour', () => {
    const { open, clock } = setUp();
    for (const id of ['a', 'b', 'c']) {
      assert.ok(open().reserve(id, 1).ok);
      clock.turn(600);
    }
    assert.match(reasonOf(open().reserve('d', 1)), /3 times within an hour/);
    clock.turn(3600 - 1799);
    assert.ok(open().reserve('d', 1).ok);
  });

  it('counts dollars of a day at the highest price until the true one is known', () => {
    const { open, clock } = setUp({ callsPerHour: 99 });
    const budget = open();
    const first = budget.reserve('a', 8000);
    assert.ok(first.ok);
    assert.match(reasonOf(open().reserve('b', 8000)), /\$0\.80 of the day's \$1/);
    budget.settle(first.value, { promptTokens: 1000, completionTokens: 0 });
    assert.ok(open().reserve('b', 8000).ok);
    assert.match(reasonOf(open().reserve('c', 8000)), /spent/);
    clock.turn(86_400);
    assert.ok(open().reserve('c', 8000).ok);
  });

  it('takes back what never reached the model', () => {
    const { budget } = setUp({ callsPerIncident: 1, callsPerHour: 1 });
    const first = budget.reserve('a', 9000);
    assert.ok(first.ok);
    budget.release(first.value);
    assert.ok(budget.reserve('a', 9000).ok);
  });

  it('does not forget within a process when the store loses everything or holds rubbish', () => {
    const { budget, store } = setUp();
    budget.reserve('a', 1);
    budget.reserve('a', 1);
    budget.reserve('b', 1);
    store.map.clear();
    assert.match(reasonOf(budget.reserve('a', 1)), /incident/);
    assert.match(reasonOf(budget.reserve('c', 1)), /hour/);
    for (const key of ['llm/calls', 'llm/incident/d', 'llm/dollars/2026-01-01']) store.map.set(key, '{"rubbish"');
    assert.match(reasonOf(budget.reserve('c', 1)), /hour/);
  });

  it('does not lock itself when a clock was far ahead', () => {
    const { open, clock } = setUp({ callsPerHour: 1 });
    clock.turn(365 * 86_400);
    assert.ok(open().reserve('a', 1).ok);
    clock.turn(-365 * 86_400);
    assert.ok(open().reserve('b', 1).ok);
  });

  it('never lets more through than the limits, however calls are spread', () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      wait: fc.nat(1500),
      tokens: fc.integer({ min: 1, max: 4000 }),
      restart: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { open, clock } = setUp();
        let budget = open();
        const made: { id: string; at: number; dollars: number }[] = [];
        for (const { id, wait, tokens, restart } of steps) {
          clock.turn(wait);
          if (restart) budget = open();
          const at = clock.now().getTime();
          if (budget.reserve(id, tokens).ok) made.push({ id, at, dollars: tokens / 10_000 });
        }
        for (const { at, id } of made) {
          const hour = made.filter((other) => other.at <= at && at - other.at < 3_600_000);
          assert.ok(hour.length <= LIMITS.callsPerHour);
          assert.ok(
            made.filter((other) => other.id === id && other.at <= at && at - other.at < 3_600_000).length <=
              LIMITS.callsPerIncident,
          );
        }
        const days = Map.groupBy(made, ({ at }) => new Date(at).toISOString().slice(0, 10));
        for (const calls of days.values())
          assert.ok(calls.reduce((sum, call) => sum + call.dollars, 0) <= LIMITS.dollarsPerDay + 1e-9);
      }),
    );
  });

  it('keeps answers', () => {
    const { open } = setUp();
    open().remember('q', '{"x":1}');
    assert.equal(open().recall('q'), '{"x":1}');
    assert.equal(open().recall('other'), undefined);
  });
});
