import type { JsonObject } from '../../domain/json.ts';
import type { TreeEntry } from './bare-repository.ts';
import type { CommitObject, Signature } from './commit-object.ts';
import type { FileDiff } from './diff.ts';
import type { Links } from './present-account.ts';
import { nodeId, presentUser } from './present-account.ts';
import { repositoryUrl } from './present-repository.ts';
import type { Account, Repository } from './state.ts';
import { noreplyAddress } from './state.ts';

/** Who GitHub writes as committer of what it commits itself: web edits, merges, and commits of Apps, which it signs. */
export const WEB_FLOW = { name: 'GitHub', email: 'noreply@github.com' } as const;

const presentSignature = ({ name, email, date }: Signature): JsonObject => ({ name, email, date: date.toISOString() });

function presentVerification(commit: CommitObject): JsonObject {
  return commit.committer.email === WEB_FLOW.email
    ? { verified: true, reason: 'valid', signature: 'sandbox', payload: 'sandbox', verified_at: null }
    : { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };
}

/** A commit as `git/commits` answers it. */
export function presentGitCommit(links: Links, repository: Repository, commit: CommitObject): JsonObject {
  const url = `${repositoryUrl(links, repository)}/git`;
  const web = `${links.web}/${repository.owner.login}/${repository.name}/commit`;
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${url}/commits/${commit.sha}`,
    html_url: `${web}/${commit.sha}`,
    author: presentSignature(commit.author),
    committer: presentSignature(commit.committer),
    tree: { sha: commit.tree, url: `${url}/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({ sha, url: `${url}/commits/${sha}`, html_url: `${web}/${sha}` })),
    verification: presentVerification(commit),
  };
}

/** A commit as `pulls/{n}/commits` and `compare` answer it. */
export function presentCommit(
  links: Links,
  repository: Repository,
  commit: CommitObject,
  accounts: Iterable<Account>,
): JsonObject {
  const url = repositoryUrl(links, repository);
  const web = `${links.web}/${repository.owner.login}/${repository.name}/commit`;
  const known = [...accounts];
  const account = (email: string): JsonObject | null => {
    const found = known.find((one) => one.email === email || noreplyAddress(one) === email);
    return found ? presentUser(links, found) : null;
  };
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${url}/commits/${commit.sha}`,
    html_url: `${web}/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    commit: {
      author: presentSignature(commit.author),
      committer: presentSignature(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      url: `${url}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: presentVerification(commit),
    },
    author: account(commit.author.email),
    committer: account(commit.committer.email),
    parents: commit.parents.map((sha) => ({ sha, url: `${url}/commits/${sha}`, html_url: `${web}/${sha}` })),
  };
}

/** An entry of a tree as the API shows it. */
export function presentTreeEntry(links: Links, repository: Repository, entry: TreeEntry): JsonObject {
  const { path, mode, type, sha, size } = entry;
  const url = `${repositoryUrl(links, repository)}/git/${type}s/${sha}`;
  return { path, mode, type, sha, ...(size === undefined ? {} : { size }), url };
}

/** A changed file of a pull request as the API shows it. */
export function presentFile(links: Links, repository: Repository, file: FileDiff, head: string): JsonObject {
  const web = `${links.web}/${repository.owner.login}/${repository.name}`;
  const path = file.filename.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.sha,
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${web}/blob/${head}/${path}`,
    raw_url: `${web}/raw/${head}/${path}`,
    contents_url: `${repositoryUrl(links, repository)}/contents/${path}?ref=${head}`,
    ...(file.patch === '' ? {} : { patch: file.patch }),
    ...(file.previous === undefined ? {} : { previous_filename: file.previous }),
  };
}
