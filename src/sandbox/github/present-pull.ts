import type { JsonObject } from '../../domain/json.ts';
import { associationOf } from './access.ts';
import { diffFiles } from './diff.ts';
import type { Links } from './present-account.ts';
import { nodeId, presentUser } from './present-account.ts';
import { presentRepository, repositoryUrl } from './present-repository.ts';
import { testMerge } from './pulls.ts';
import type { Actor, IssueComment, Label, Pull, Repository } from './state.ts';

/** A label as the API shows it. */
export function presentLabel(links: Links, repository: Repository, label: Label): JsonObject {
  const { id, name, color, description } = label;
  const url = `${repositoryUrl(links, repository)}/labels/${encodeURIComponent(name)}`;
  return { id, node_id: nodeId('Label', id), url, name, color, default: false, description };
}

/** A comment as the API shows it. */
export function presentComment(links: Links, repository: Repository, pull: Pull, comment: IssueComment): JsonObject {
  const url = repositoryUrl(links, repository);
  const web = `${links.web}/${repository.owner.login}/${repository.name}/pull/${pull.number}`;
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    url: `${url}/issues/comments/${comment.id}`,
    html_url: `${web}#issuecomment-${comment.id}`,
    issue_url: `${url}/issues/${pull.number}`,
    user: presentUser(links, comment.account),
    created_at: comment.createdAt.toISOString(),
    updated_at: comment.updatedAt.toISOString(),
    author_association: associationOf(repository, comment.account),
    body: comment.body,
    performed_via_github_app: null,
  };
}

function presentLinks(links: Links, repository: Repository, pull: Pull): JsonObject {
  const url = repositoryUrl(links, repository);
  const href = (rest: string): JsonObject => ({ href: `${url}${rest}` });
  return {
    self: href(`/pulls/${pull.number}`),
    html: { href: `${links.web}/${repository.owner.login}/${repository.name}/pull/${pull.number}` },
    issue: href(`/issues/${pull.number}`),
    comments: href(`/issues/${pull.number}/comments`),
    review_comments: href(`/pulls/${pull.number}/comments`),
    review_comment: href('/pulls/comments{/number}'),
    commits: href(`/pulls/${pull.number}/commits`),
    statuses: href(`/statuses/${pull.head.sha}`),
  };
}

/** A pull request as lists hold it: without merge state and counts. */
export async function presentPullSimple(
  links: Links,
  repository: Repository,
  actor: Actor,
  pull: Pull,
): Promise<JsonObject> {
  const url = repositoryUrl(links, repository);
  const web = `${links.web}/${repository.owner.login}/${repository.name}/pull/${pull.number}`;
  const base = presentRepository(links, repository, actor);
  const owner = pull.fork?.owner ?? repository.owner;
  const headRepository = pull.fork ? presentRepository(links, repository, actor, pull.fork) : base;
  const labels = [...pull.labels].map((name) => repository.labels.get(name.toLowerCase()));
  return {
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    number: pull.number,
    url: `${url}/pulls/${pull.number}`,
    html_url: web,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    issue_url: `${url}/issues/${pull.number}`,
    commits_url: `${url}/pulls/${pull.number}/commits`,
    review_comments_url: `${url}/pulls/${pull.number}/comments`,
    review_comment_url: `${url}/pulls/comments{/number}`,
    comments_url: `${url}/issues/${pull.number}/comments`,
    statuses_url: `${url}/statuses/${pull.head.sha}`,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: presentUser(links, pull.account),
    body: pull.body,
    labels: labels.flatMap((label) => (label ? [presentLabel(links, repository, label)] : [])),
    milestone: null,
    created_at: pull.createdAt.toISOString(),
    updated_at: pull.updatedAt.toISOString(),
    closed_at: pull.closedAt?.toISOString() ?? null,
    merged_at: pull.merged?.at.toISOString() ?? null,
    // While a pull request is open, this is the commit of GitHub's own trial merge: not a commit of any branch.
    merge_commit_sha: pull.merged?.sha ?? (await testMerge(repository, pull)) ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: {
      label: `${owner.login}:${pull.head.ref}`,
      ref: pull.head.ref,
      sha: pull.head.sha,
      user: presentUser(links, owner),
      repo: pull.fork?.deleted === true ? null : headRepository,
    },
    base: {
      label: `${repository.owner.login}:${pull.base.ref}`,
      ref: pull.base.ref,
      sha: pull.base.sha,
      user: presentUser(links, repository.owner),
      repo: base,
    },
    _links: presentLinks(links, repository, pull),
    author_association: associationOf(repository, pull.account),
    auto_merge: null,
    active_lock_reason: null,
    draft: pull.draft,
  };
}

/** A pull request as it is answered alone. */
export async function presentPull(links: Links, repository: Repository, actor: Actor, pull: Pull): Promise<JsonObject> {
  const { git } = repository;
  const from = (await git.mergeBase(pull.base.sha, pull.head.sha)) ?? pull.base.sha;
  const files = await diffFiles(git, from, pull.head.sha);
  const mergeable = pull.merged ? null : (await testMerge(repository, pull)) !== undefined;
  const sum = (key: 'additions' | 'deletions'): number => files.reduce((total, file) => total + file[key], 0);
  return {
    ...(await presentPullSimple(links, repository, actor, pull)),
    merged: pull.merged !== undefined,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: mergeable === null ? 'unknown' : mergeable ? 'clean' : 'dirty',
    merged_by: pull.merged ? presentUser(links, pull.merged.by) : null,
    comments: pull.comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: (await git.between(from, pull.head.sha)).length,
    additions: sum('additions'),
    deletions: sum('deletions'),
    changed_files: files.length,
  };
}
