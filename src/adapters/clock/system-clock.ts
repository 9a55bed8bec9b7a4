import type { Clock } from '../../ports/clock.ts';

/** Longest wait that Node's timers can hold (a signed 32-bit number of milliseconds); more would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** The machine's time. A sleep counts by the monotonic timer, so that a clock set back or forth does not change it. */
export function createSystemClock(): Clock {
  return {
    now: () => new Date(),
    sleep(milliseconds, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted) {
          resolve();
          return;
        }
        const wait = Number.isFinite(milliseconds) ? Math.min(Math.max(0, milliseconds), LONGEST) : LONGEST;
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, wait);
        signal?.addEventListener('abort', done, { once: true });
      });
    },
  };
}
