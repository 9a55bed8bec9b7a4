import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOnce } from '../../../src/adapters/git/once.ts';
import { err, ok } from '../../../src/domain/result.ts';

/** Something that takes `seconds` to end as `ends` says, and counts how often it was begun. */
function bench() {
  const state = { now: 0, begun: 0, seconds: 0, ends: false };
  const once = createOnce<number, string>(() => state.now);
  const make = async () => {
    state.begun++;
    await Promise.resolve();
    state.now += state.seconds * 1000;
    return state.ends ? ok(1) : err('down');
  };
  return { state, ask: () => once('a', make), other: () => once('b', make) };
}

void test('what went well is done once, also for those who ask meanwhile', async () => {
  const { state, ask, other } = bench();
  state.ends = true;
  const answers = await Promise.all([ask(), ask(), ask()]);
  assert.deepEqual([answers.every((answer) => answer.ok), state.begun], [true, 1]);
  state.now += 1e9;
  await ask();
  assert.equal(state.begun, 1);
  await other();
  assert.equal(state.begun, 2);
});

void test('what failed at once is tried again at once; what took two minutes, after two minutes', async () => {
  const { state, ask } = bench();
  await ask();
  await ask();
  assert.equal(state.begun, 2);
  state.seconds = 120;
  await ask();
  for (let n = 0; n < 50; n++) assert.deepEqual(await ask(), err('down'));
  assert.equal(state.begun, 3);
  state.now += 121_000;
  [state.seconds, state.ends] = [1, true];
  assert.deepEqual([await ask(), state.begun], [ok(1), 4]);
});
