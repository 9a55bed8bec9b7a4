import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { PassReport } from './report.ts';

/**
 * Why a pass says too little: it was told to stop before its end, and what was not looked at must not be taken for well.
 * Error code: `stopped`.
 */
export function stoppedEarly(signal: AbortSignal): Problem | undefined {
  return signal.aborted ? problem('stopped', 'stopped before the end: not everything was looked at') : undefined;
}

/**
 * Why a pass that came to its end has not done everything: whoever makes single passes must not take that for success.
 * Error codes: `forge-unreadable`, `failed`.
 */
export function unfinished(
  unreadable: PassReport['unreadable'],
  decisions: readonly { readonly outcome: string; readonly reason: string }[],
): Problem | undefined {
  const [lost] = unreadable;
  if (lost) {
    const others = unreadable.length === 1 ? '' : ` (and for ${unreadable.length - 1} more)`;
    return problem('forge-unreadable', `nothing was decided for ${lost.repoURL}${others}: ${lost.reason}`);
  }
  const failed = decisions.filter(({ outcome }) => outcome === 'failed');
  const [first] = failed;
  return first && problem('failed', `${failed.length} could not be worked on; the first: ${first.reason}`);
}
