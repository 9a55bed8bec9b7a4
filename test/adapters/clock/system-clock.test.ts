import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';

describe('system clock', () => {
  const clock = createSystemClock();

  it('tells the time of the machine', () => {
    const before = Date.now();
    const now = clock.now().getTime();
    assert.ok(now >= before && now <= Date.now());
  });

  it('sleeps and leaves no listener behind', async () => {
    const { signal } = new AbortController();
    await clock.sleep(1, signal);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('ends at once when it is aborted, before or while it sleeps, and never rejects', async () => {
    await clock.sleep(3_600_000, AbortSignal.abort());
    const control = new AbortController();
    const sleeping = clock.sleep(Number.POSITIVE_INFINITY, control.signal);
    control.abort(new Error('stop'));
    await sleeping;
    assert.equal(getEventListeners(control.signal, 'abort').length, 0);
  });

  it('takes a negative or a far too long time', async () => {
    await clock.sleep(-5);
    const control = new AbortController();
    let woke = false;
    const sleeping = clock.sleep(2 ** 40, control.signal).then(() => (woke = true));
    await clock.sleep(5);
    assert.equal(woke, false);
    control.abort();
    await sleeping;
  });
});
