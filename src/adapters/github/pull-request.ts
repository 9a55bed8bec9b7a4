import type { PullRequest } from '../../ports/forge.ts';
import { pullRequestOf } from '../forge/pull-request.ts';
import type { PullAnswer } from './schema.ts';

/** GitHub's pull request in the port's words. */
export function toPullRequest(answer: PullAnswer): PullRequest {
  const { ref, sha } = answer.head;
  return pullRequestOf(answer, answer.merged_at !== null, { ref, sha });
}

/**
 * Whether the head branch lives in the repository itself and begins with `prefix`. Anybody can open a pull request from
 * a fork with a branch of any name: those are never Remendo's. Ids are compared, because repositories are renamed.
 */
export function hasOwnHead(answer: PullAnswer, prefix: string): boolean {
  return answer.head.repo?.id === answer.base.repo.id && answer.head.ref.startsWith(prefix);
}
