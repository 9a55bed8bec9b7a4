import { validationFailed } from './errors.ts';
import type { MergeMethod } from './merge.ts';
import { makeMerge, mergeTree } from './merge.ts';
import { WEB_FLOW } from './present-commit.ts';
import type { Account, Pull, Repository, World } from './state.ts';
import { noreplyAddress } from './state.ts';

/** Brings pull requests up to date with the branches, as GitHub does after every push. */
export async function refreshPulls(world: World, repository: Repository): Promise<void> {
  const open = [...repository.pulls.values()].filter((pull) => pull.state === 'open');
  if (open.length === 0) return;
  const heads = await repository.git.heads();
  for (const pull of open) {
    const head = pull.fork ? pull.head.sha : heads.get(pull.head.ref);
    const base = heads.get(pull.base.ref);
    if (head === undefined || base === undefined) closePull(world, pull);
    else await followBranches(world, repository, pull, head, base);
  }
}

async function followBranches(
  world: World,
  repository: Repository,
  pull: Pull,
  head: string,
  base: string,
): Promise<void> {
  const headMoved = head !== pull.head.sha;
  if (!headMoved && base === pull.base.sha) return;
  pull.updatedAt = world.now();
  pull.head.sha = head;
  if (headMoved) await repository.git.updateRef(`refs/pull/${pull.number}/head`, head);
  if (!(await repository.git.isAncestor(head, base))) pull.base.sha = base;
  // A head that was reset to what the base has already closes the pull request; a base that took the head in merges it.
  else if (headMoved) closePull(world, pull);
  else markMerged(world, pull, repository.owner, base);
}

/** Closes a pull request without a merge. */
export function closePull(world: World, pull: Pull): void {
  pull.state = 'closed';
  pull.closedAt = world.now();
  pull.updatedAt = world.now();
}

function markMerged(world: World, pull: Pull, by: Account, sha: string): void {
  closePull(world, pull);
  pull.merged = { at: world.now(), by, sha };
}

/** A pull request that somebody wants to open. */
export interface NewPull {
  readonly title: string;
  readonly body: string | null;
  readonly head: string;
  readonly base: string;
  readonly draft: boolean;
  /** Head commit and owner of a fork, where the branch is not in this repository. */
  readonly fork?: { readonly owner: Account; readonly sha: string; readonly deleted: boolean };
}

function badField(field: string): Error {
  return validationFailed([{ resource: 'PullRequest', field, code: 'invalid' }]);
}

function refused(message: string): Error {
  return validationFailed([{ resource: 'PullRequest', code: 'custom', message }]);
}

/** Opens a pull request, or throws GitHub's 422. */
export async function createPull(world: World, repository: Repository, by: Account, request: NewPull): Promise<Pull> {
  const { head, base, fork } = request;
  const heads = await repository.git.heads();
  const headSha = fork?.sha ?? heads.get(head);
  const baseSha = heads.get(base);
  if (headSha === undefined) throw badField('head');
  if (baseSha === undefined) throw badField('base');
  const owner = fork?.owner ?? repository.owner;
  for (const pull of repository.pulls.values()) {
    const same = pull.head.ref === head && pull.base.ref === base && (pull.fork?.owner ?? repository.owner) === owner;
    if (same && pull.state === 'open') throw refused(`A pull request already exists for ${owner.login}:${head}.`);
  }
  if (await repository.git.isAncestor(headSha, baseSha)) throw refused(`No commits between ${base} and ${head}`);
  const number = repository.nextNumber++;
  const pull: Pull = {
    id: world.nextId(),
    number,
    account: by,
    createdAt: world.now(),
    updatedAt: world.now(),
    draft: request.draft,
    title: request.title,
    body: request.body,
    state: 'open',
    head: { ref: head, sha: headSha },
    base: { ref: base, sha: baseSha },
    ...(fork ? { fork: { owner, id: world.nextId(), deleted: fork.deleted } } : {}),
    labels: new Set(),
    comments: [],
  };
  repository.pulls.set(number, pull);
  await repository.git.updateRef(`refs/pull/${number}/head`, headSha);
  return pull;
}

/** The trial merge of an open pull request; undefined where it conflicts. Its commit has no branch. */
export async function testMerge(repository: Repository, pull: Pull): Promise<string | undefined> {
  if (pull.state !== 'open') return undefined;
  const of = `Merge ${pull.head.sha} into ${pull.base.sha}`;
  if (pull.trial?.of !== of) pull.trial = { of, sha: await makeTrial(repository, pull, of) };
  return pull.trial.sha;
}

async function makeTrial(repository: Repository, pull: Pull, message: string): Promise<string | undefined> {
  const tree = await mergeTree(repository.git, pull.base.sha, pull.head.sha);
  if (tree === undefined) return undefined;
  const signature = { ...WEB_FLOW, date: pull.createdAt };
  const parents = [pull.base.sha, pull.head.sha];
  return repository.git.writeCommit({ tree, parents, author: signature, committer: signature, message });
}

/** Merges with real commits; the SHA that the base branch moved to, or undefined where there is a conflict. */
export async function mergePull(
  world: World,
  repository: Repository,
  pull: Pull,
  by: Account,
  method: MergeMethod,
  text: { readonly title?: string | undefined; readonly message?: string | undefined } = {},
): Promise<string | undefined> {
  const date = world.now();
  const usual =
    method === 'merge'
      ? {
          title: `Merge pull request #${pull.number} from ${repository.owner.login}/${pull.head.ref}`,
          message: pull.title,
        }
      : { title: `${pull.title} (#${pull.number})`, message: '' };
  const message = [text.title ?? usual.title, text.message ?? usual.message].filter(Boolean).join('\n\n');
  const author = { name: by.name, email: by.email ?? noreplyAddress(by), date };
  const { base, head } = pull;
  const committer = { ...WEB_FLOW, date };
  const merge = { method, base: base.sha, head: head.sha, message, author, committer };
  const sha = await makeMerge(repository.git, merge);
  if (sha === undefined) return undefined;
  await repository.git.updateRef(`refs/heads/${base.ref}`, sha);
  repository.pushedAt = date;
  markMerged(world, pull, by, sha);
  return sha;
}
