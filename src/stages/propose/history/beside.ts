import { failingPods } from '../ran-before.ts';
import type { ProposeContext } from '../proposer.ts';

/** How a probe fails that does not say by itself what it asks wrongly: the process may wait for another one. */
const VAGUE: ReadonlySet<string | undefined> = new Set([undefined, 'other', 'refused', 'timeout', 'http-status']);

/**
 * A container beside the one whose probe fails that does not run, in all of the failing pods: a proxy is not ready before the
 * program behind it. Undefined for other causes, and where the probe's answer tells enough.
 */
export function besideFails(context: ProposeContext): string | undefined {
  const { cause, container, facts } = context.incident;
  const { failure, statusCode = 0 } = facts.probe ?? {};
  const isVague = VAGUE.has(failure) && (failure !== 'http-status' || statusCode >= 500);
  const pods = failingPods(context);
  if (!cause.startsWith('probe/') || !isVague || pods.length === 0) return undefined;
  const down = pods.map(({ status }) =>
    status?.containerStatuses?.find(({ name, ready, state, lastState }) => {
      const ended = state?.terminated ?? lastState?.terminated;
      return name !== container && ready === false && (state?.waiting !== undefined || (ended?.exitCode ?? 0) !== 0);
    }),
  );
  const [one] = down;
  if (!one || down.includes(undefined)) return undefined;
  return `container ${one.name} of the same pods does not run either, and may be what it waits for`;
}
