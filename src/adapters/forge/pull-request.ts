import type { PullRequest } from '../../ports/forge.ts';

/** What GitHub's REST API tells of a pull request in all its answers, and those that took it over from there. */
interface Answer {
  readonly number: number;
  readonly html_url: string;
  readonly state: 'open' | 'closed';
  readonly title: string;
  readonly body: string | null;
  readonly user: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly closed_at: string | null;
  readonly merged_at: string | null;
  /** Before the merge GitHub names its trial merge here, which is on no branch. */
  readonly merge_commit_sha: string | null;
  readonly labels: readonly { readonly name: string }[] | null;
  readonly base: { readonly ref: string; readonly sha: string };
}

/** A pull request in the port's words. Forges differ in how they say that it is merged, and in what they call its head. */
export function pullRequestOf(answer: Answer, merged: boolean, head: PullRequest['head']): PullRequest {
  const { number, title, base, closed_at: closedAt, merged_at: mergedAt, merge_commit_sha: mergeCommitSha } = answer;
  return {
    number,
    url: answer.html_url,
    state: merged ? 'merged' : answer.state,
    title,
    body: answer.body ?? '',
    head,
    base: { ref: base.ref, sha: base.sha },
    ...(merged && mergeCommitSha ? { mergeCommitSha } : {}),
    labels: (answer.labels ?? []).map(({ name }) => name),
    author: answer.user,
    createdAt: answer.created_at,
    updatedAt: answer.updated_at,
    ...(closedAt === null ? {} : { closedAt }),
    ...(merged && mergedAt !== null ? { mergedAt } : {}),
  };
}
