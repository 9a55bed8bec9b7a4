import { KeyHolder } from '../../domain/kubernetes/cluster-objects.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { parseJson } from '../../domain/json.ts';
import { apiPath, bodyText, failureText } from './answer.ts';
import type { Connection } from './connect.ts';

const TIMEOUT = 10_000;

/**
 * Names of a Secret's keys; its values are dropped as they arrive. Undefined where there is no such Secret. Error codes:
 * those of Connection.request, `forbidden`, `secret-unreadable`.
 */
export async function readSecretKeys(
  connection: Connection,
  namespace: string,
  name: string,
): Promise<Result<readonly string[] | undefined, Problem>> {
  const path = apiPath('v1', ['secrets', name], namespace);
  const answer = await connection.request({ method: 'GET', path, timeout: TIMEOUT });
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  if (status === 404) {
    body.resume();
    return ok(undefined);
  }
  if (status !== 200) {
    const { message } = await failureText(body);
    return err(problem(status === 403 ? 'forbidden' : 'secret-unreadable', message || `HTTP ${status}`));
  }
  const secret = KeyHolder.safeParse(parseJson(await bodyText(body).catch(() => '')));
  return secret.success
    ? ok(secret.data.keys)
    : err(problem('secret-unreadable', 'the answer is no Secret of an API server'));
}
