import { ok } from '../../domain/result.ts';
import type { ForgeResult, PullRequest } from '../../ports/forge.ts';
import { pullRequestOf } from '../forge/pull-request.ts';
import type { Client } from './client.ts';
import { below } from './client.ts';
import type { PullAnswer } from './schema.ts';
import { RefsAnswer } from './schema.ts';

/** Gitea's pull request in the port's words. */
export function toPullRequest(answer: PullAnswer): PullRequest {
  const { label, sha } = answer.head;
  return pullRequestOf(answer, answer.merged, { ref: label, sha });
}

/**
 * Whether the head branch lives in the repository itself and begins with `prefix`. Anybody can open a pull request from
 * a fork with a branch of any name: those are never Remendo's. One that was pushed to `refs/for/` has no branch at all.
 */
export function hasOwnHead({ head, base }: PullAnswer, prefix: string): boolean {
  return head.repo_id === base.repo_id && head.label !== '' && head.label.startsWith(prefix);
}

/**
 * A pull request that was read alone. Gitea then tells the commit that the branch is at now, also where the pull request
 * ended before: what it ended with stands in `refs/pull/NUMBER/head` (services/convert/pull.go; lists give that one).
 */
export async function withItsHead(client: Client, answer: PullAnswer): ForgeResult<PullRequest> {
  const pull = toPullRequest(answer);
  if (answer.state === 'open') return ok(pull);
  const path = below(client.repo, 'git', 'refs', 'pull', answer.number, 'head');
  const refs = await client.call(`read the head of ${answer.number}`, RefsAnswer, { method: 'GET', path });
  if (!refs.ok) return refs.error.code === 'not-found' ? ok(pull) : refs;
  const own = refs.value.find(({ ref }) => ref === `refs/pull/${answer.number}/head`);
  return ok(own ? { ...pull, head: { ...pull.head, sha: own.object.sha } } : pull);
}
