import { problem } from '../domain/problem.ts';
import { err } from '../domain/result.ts';
import type { EnginePorts } from './ports.ts';
import { pass } from './pass.ts';
import type { PassReport } from './report.ts';
import { tellError } from './tell-error.ts';

/** When passes are made, in seconds. */
export interface LoopTiming {
  /** A pass at least this often: events can be missed, the world cannot. */
  readonly intervalSeconds: number;
  /** Changes are collected for this long, so that a rollout is one pass and not fifty. */
  readonly debounceSeconds: number;
}

/** After this many seconds at most, a failed pass is tried again. */
const LONGEST_PAUSE = 300;

/** Passes until stopped. A stop lets the step in hand finish. A cluster that cannot be read is tried again, less and less often. */
export async function runLoop(
  ports: EnginePorts,
  timing: LoopTiming,
  done: (report: PassReport) => void,
  signal: AbortSignal,
): Promise<void> {
  let wake: AbortController | undefined;
  let changed = true;
  const watching = ports.cluster.watch(() => {
    changed = true;
    wake?.abort();
  }, signal);
  let failures = 0;
  while (!signal.aborted) {
    if (changed) await ports.clock.sleep(timing.debounceSeconds * 1000, signal);
    if (signal.aborted) break;
    changed = false;
    const report = await passSafely(ports, signal);
    if (report.ok) done(report.value);
    else {
      const { code, message: reason, hint } = report.error;
      ports.log.error({ code, reason, ...(hint === undefined ? {} : { hint }) }, 'no pass could be made');
    }
    failures = report.ok ? 0 : failures + 1;
    const pause = report.ok ? timing.intervalSeconds : Math.min(LONGEST_PAUSE, timing.debounceSeconds * 2 ** failures);
    wake = new AbortController();
    // A change that came while the pass ran has had nobody to wake.
    if (!changed || !report.ok) await ports.clock.sleep(pause * 1000, AbortSignal.any([signal, wake.signal]));
  }
  await watching;
}

/** A pass that breaks off in a way that nobody foresaw must not end the process: the next one may do better. */
async function passSafely(ports: EnginePorts, signal: AbortSignal): ReturnType<typeof pass> {
  try {
    return await pass(ports, signal);
  } catch (error) {
    return err(problem('failed', `the pass broke off: ${tellError(error)}`));
  }
}
