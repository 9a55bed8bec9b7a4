import { setTimeout as sleep } from 'node:timers/promises';

// Limits are those of a quiet machine. It costs nothing to wait longer for what comes.
const PATIENCE = 2;

/** Asks until there is an answer; throws with `what` (and what was last seen) after `seconds`, twice as many where the machine is busy. */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
  seen: () => unknown = () => '',
): Promise<T> {
  const end = Date.now() + seconds * PATIENCE * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end)
      throw new Error(
        `not within ${seconds * PATIENCE} s: ${what} ${JSON.stringify((await seen()) ?? '').slice(0, 4000)}`,
      );
    await sleep(1000);
  }
}
