import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { LogRequest } from '../../ports/cluster.ts';
import { apiPath, failureText } from './answer.ts';
import type { Connection } from './connect.ts';

/** Bytes kept, from the end. */
const KEPT = 64 * 1024;
/** Bytes asked for: the server cuts the *end* off at its limit, and the end is what matters. */
const ASKED = 4 * 1024 * 1024;

/**
 * The end of a container's log. Error codes: `log-unavailable` (no such pod, container or earlier run; not started yet;
 * kubelet does not answer), `forbidden`, `cluster-unreachable`.
 */
export async function readPodLog(
  connection: Connection,
  request: LogRequest,
  signal: AbortSignal | undefined,
): Promise<Result<string, Problem>> {
  const { namespace, pod, container, previous, tailLines } = request;
  const response = await connection.request({
    method: 'GET',
    path: apiPath('v1', ['pods', pod, 'log'], namespace),
    query: {
      container,
      tailLines: String(Math.max(1, tailLines)),
      limitBytes: String(ASKED),
      ...(previous ? { previous: 'true' } : {}),
    },
    signal,
  });
  if (!response.ok) {
    const { code, message } = response.error;
    return err(code === 'cluster-unauthorized' ? problem('forbidden', message) : response.error);
  }
  const { status, body } = response.value;
  if (status === 204) {
    body.resume();
    return err(problem('log-unavailable', 'the pod is on no node yet, so it has no log'));
  }
  if (status !== 200) {
    const { message } = await failureText(body);
    const said = message === '' ? `HTTP ${status}` : message;
    if (status === 403) return err(problem('forbidden', said));
    return err(problem('log-unavailable', said));
  }
  let kept = Buffer.alloc(0);
  try {
    for await (const chunk of body) {
      if (Buffer.isBuffer(chunk)) kept = Buffer.concat([kept, chunk]).subarray(-KEPT);
    }
  } catch (error) {
    if (kept.length === 0) {
      return err(
        problem(
          'cluster-unreachable',
          `the log broke off: ${error instanceof Error ? error.message : 'unknown error'}`,
        ),
      );
    }
  }
  return ok(kept.toString('utf8'));
}
