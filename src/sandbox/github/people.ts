import type { CommitFiles, GitHubSandbox, PullView } from './api.ts';
import { closePull, createPull, mergePull, refreshPulls } from './pulls.ts';
import { addComment } from './routes-issues.ts';
import type { Account, Pull, Repository, World } from './state.ts';
import { inTurn, noreplyAddress } from './state.ts';
import { WEB_FLOW } from './present-commit.ts';

type People = Pick<
  GitHubSandbox,
  'commitFiles' | 'deleteBranch' | 'pulls' | 'openPull' | 'merge' | 'closePull' | 'comment'
>;

/** What people do to repositories beside the API: push, merge, close, comment. In turn with API requests. */
export function createPeople(
  world: World,
  repositoryOf: (owner: string, name: string) => Repository,
  accountOf: (login: string) => Account,
): People {
  const at = <T>(owner: string, name: string, work: (repository: Repository) => Promise<T>): Promise<T> => {
    const repository = repositoryOf(owner, name);
    return inTurn(repository, async () => {
      await refreshPulls(world, repository);
      const result = await work(repository);
      await refreshPulls(world, repository);
      return result;
    });
  };
  return {
    commitFiles: (owner, name, commit) => at(owner, name, (repository) => push(world, repository, commit)),
    deleteBranch: (owner, name, branch) =>
      at(owner, name, (repository) => repository.git.deleteRef(`refs/heads/${branch}`)),
    pulls: (owner, name) => at(owner, name, async ({ pulls }) => [...pulls.values()].map(viewOf)),
    openPull: (owner, name, { by, title, head, base, fork }) =>
      at(owner, name, async (repository) => {
        const account = accountOf(by);
        const sha = (await repository.git.heads()).get(head) ?? '';
        const from = fork === undefined ? {} : { fork: { owner: account, sha, deleted: fork === 'deleted' } };
        const request = { title, body: null, head, base: base ?? repository.defaultBranch, draft: false, ...from };
        return (await createPull(world, repository, account, request)).number;
      }),
    merge: (owner, name, number, { method = 'merge', by = 'reviewer' } = {}) =>
      at(owner, name, async (repository) => {
        const pull = openPullOf(repository, number);
        const sha = await mergePull(world, repository, pull, accountOf(by), method);
        if (sha === undefined) throw new Error(`pull request ${number} conflicts with ${pull.base.ref}`);
        return sha;
      }),
    closePull: (owner, name, number) =>
      at(owner, name, async (repository) => closePull(world, openPullOf(repository, number))),
    comment: (owner, name, number, by, body) =>
      at(owner, name, async (repository) => addComment(world, pullOf(repository, number), accountOf(by), body).id),
  };
}

function pullOf(repository: Repository, number: number): Pull {
  const pull = repository.pulls.get(number);
  if (pull === undefined) throw new Error(`there is no pull request ${number}`);
  return pull;
}

function openPullOf(repository: Repository, number: number): Pull {
  const pull = pullOf(repository, number);
  if (pull.state !== 'open') throw new Error(`pull request ${number} is not open`);
  return pull;
}

async function push(world: World, repository: Repository, commit: CommitFiles): Promise<string> {
  const { git } = repository;
  const { branch, files, message, author, date = world.now(), from, web = false } = commit;
  const heads = await git.heads();
  const parent = from === undefined ? heads.get(branch) : (heads.get(from) ?? from);
  const changes = [];
  for (const [path, file] of Object.entries(files)) {
    if (file === null) changes.push({ path, mode: '0', sha: null });
    else {
      const { content, mode } = typeof file === 'string' ? { content: file, mode: '100644' } : file;
      changes.push({ path, mode, sha: await git.writeBlob(Buffer.from(content)) });
    }
  }
  const tree = await git.writeTree(parent, changes);
  if (tree === undefined) throw new Error('git refuses these files');
  const { owner } = repository;
  const by = { ...(author ?? { name: owner.name, email: noreplyAddress(owner) }), date };
  const committer = web ? { ...WEB_FLOW, date } : by;
  const parents = parent === undefined ? [] : [parent];
  const sha = await git.writeCommit({ tree, parents, author: by, committer, message });
  await git.updateRef(`refs/heads/${branch}`, sha);
  repository.pushedAt = date;
  return sha;
}

function viewOf(pull: Pull): PullView {
  const { number, title, body, head, base, account, labels, comments, merged, state } = pull;
  return {
    number,
    title,
    body: body ?? '',
    state: merged ? 'merged' : state,
    head: { ...head },
    base: { ...base },
    author: account.login,
    labels: [...labels],
    comments: comments.map((comment) => ({ id: comment.id, author: comment.account.login, body: comment.body })),
    ...(merged ? { mergeCommitSha: merged.sha } : {}),
  };
}
