import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Log } from '../../../src/ports/log.ts';

/** A folder that goes away with the test. */
export function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'remendo-test-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A log that keeps messages of warnings and errors. */
export function recordingLog(): Log & { readonly messages: string[] } {
  const messages: string[] = [];
  const keep = (_: object, message: string): void => void messages.push(message);
  const log = { messages, debug: () => {}, info: () => {}, warn: keep, error: keep, child: () => log };
  return log;
}

/** A clock that stands still until it is turned; sleeping turns it. */
export function turnableClock(
  start = '2026-01-01T00:00:00Z',
): Clock & { turn(seconds: number): void; slept: number[] } {
  let now = Date.parse(start);
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(now),
    turn: (seconds) => void (now += seconds * 1000),
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
}
