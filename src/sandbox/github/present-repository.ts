import type { JsonObject } from '../../domain/json.ts';
import type { Links } from './present-account.ts';
import { nodeId, presentPermissions, presentUser } from './present-account.ts';
import type { Account, Actor, Repository } from './state.ts';

/** URL templates of a repository: field and what follows the repository's API URL. */
const URLS: Readonly<Record<string, string>> = {
  forks_url: '/forks',
  keys_url: '/keys{/key_id}',
  collaborators_url: '/collaborators{/collaborator}',
  teams_url: '/teams',
  hooks_url: '/hooks',
  issue_events_url: '/issues/events{/number}',
  events_url: '/events',
  assignees_url: '/assignees{/user}',
  branches_url: '/branches{/branch}',
  tags_url: '/tags',
  blobs_url: '/git/blobs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  git_refs_url: '/git/refs{/sha}',
  trees_url: '/git/trees{/sha}',
  statuses_url: '/statuses/{sha}',
  languages_url: '/languages',
  stargazers_url: '/stargazers',
  contributors_url: '/contributors',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  commits_url: '/commits{/sha}',
  git_commits_url: '/git/commits{/sha}',
  comments_url: '/comments{/number}',
  issue_comment_url: '/issues/comments{/number}',
  contents_url: '/contents/{+path}',
  compare_url: '/compare/{base}...{head}',
  merges_url: '/merges',
  archive_url: '/{archive_format}{/ref}',
  downloads_url: '/downloads',
  issues_url: '/issues{/number}',
  pulls_url: '/pulls{/number}',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  labels_url: '/labels{/name}',
  releases_url: '/releases{/id}',
  deployments_url: '/deployments',
};

/** Address of a repository in the API. */
export function repositoryUrl(links: Links, repository: Repository): string {
  return `${links.api}/repos/${repository.owner.login}/${repository.name}`;
}

/** `fork` presents the same repository as somebody's fork of it. */
export function presentRepository(
  links: Links,
  repository: Repository,
  actor: Actor,
  fork?: { readonly owner: Account; readonly id: number },
): JsonObject {
  const owner = fork?.owner ?? repository.owner;
  const fullName = `${owner.login}/${repository.name}`;
  const url = `${links.api}/repos/${fullName}`;
  const web = `${links.web}/${fullName}`;
  const open = [...repository.pulls.values()].filter((pull) => pull.state === 'open').length;
  return {
    id: fork?.id ?? repository.id,
    node_id: nodeId('Repository', fork?.id ?? repository.id),
    name: repository.name,
    full_name: fullName,
    private: repository.private,
    owner: presentUser(links, owner),
    html_url: web,
    description: null,
    fork: fork !== undefined,
    url,
    ...Object.fromEntries(Object.entries(URLS).map(([field, rest]) => [field, `${url}${rest}`])),
    created_at: repository.createdAt.toISOString(),
    updated_at: repository.pushedAt.toISOString(),
    pushed_at: repository.pushedAt.toISOString(),
    git_url: `git:${web.replace(/^https?:/, '')}.git`,
    ssh_url: `git@github.com:${fullName}.git`,
    clone_url: `${web}.git`,
    svn_url: web,
    homepage: null,
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: repository.archived,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    topics: [],
    visibility: repository.private ? 'private' : 'public',
    forks: 0,
    open_issues: open,
    watchers: 0,
    default_branch: repository.defaultBranch,
    network_count: 0,
    subscribers_count: 0,
    ...presentPermissions(actor, repository),
  };
}
