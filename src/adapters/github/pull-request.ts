import type { PullRequest } from '../../ports/forge.ts';
import type { PullAnswer } from './schema.ts';

/** GitHub's pull request in the port's words. */
export function toPullRequest(answer: PullAnswer): PullRequest {
  const { number, title, labels, created_at, updated_at, closed_at, merged_at, merge_commit_sha, head, base } = answer;
  return {
    number,
    url: answer.html_url,
    state: merged_at === null ? answer.state : 'merged',
    title,
    body: answer.body ?? '',
    head: { ref: head.ref, sha: head.sha },
    base: { ref: base.ref, sha: base.sha },
    // Before the merge this field names GitHub's trial merge, which is on no branch.
    ...(merged_at === null || merge_commit_sha === null ? {} : { mergeCommitSha: merge_commit_sha }),
    labels: labels.map((label) => label.name),
    author: answer.user,
    createdAt: created_at,
    updatedAt: updated_at,
    ...(closed_at === null ? {} : { closedAt: closed_at }),
    ...(merged_at === null ? {} : { mergedAt: merged_at }),
  };
}

/**
 * Whether the head branch lives in the repository itself and begins with `prefix`. Anybody can open a pull request from
 * a fork with a branch of any name: those are never Remendo's. Ids are compared, because repositories are renamed.
 */
export function hasOwnHead(answer: PullAnswer, prefix: string): boolean {
  return answer.head.repo?.id === answer.base.repo.id && answer.head.ref.startsWith(prefix);
}
