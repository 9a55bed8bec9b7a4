import { createHash } from 'node:crypto';
import { err, ok } from '../../domain/result.ts';
import type { FileContent, ForgeError, ForgeResult, ForgeWriter } from '../../ports/forge.ts';
import { NOTHING_TO_COMMIT, branchExists, branchMoved, guardBranch } from '../forge/branch.ts';
import { readBranch, readCommit } from './branch.ts';
import type { Client } from './client.ts';
import { below } from './client.ts';
import type { Identity } from './identity.ts';
import { ChangedAnswer, ContentAnswer, Empty } from './schema.ts';
import { createStand } from './stand.ts';

type CommitRequest = Parameters<ForgeWriter['commit']>[0];

/**
 * Commits through the API. Gitea commits on branches only, and the branch is to get one commit on `parent` whatever the
 * base is at by now: a second branch, the stand, is put at `parent`, and the commit is made from there. The branch itself
 * changes in one step and last, so this may end anywhere and be done again; a stand that is left over is used up by the
 * next try.
 */
export function createCommit(client: Client, whoAmI: () => ForgeResult<Identity>): ForgeWriter['commit'] {
  const stand = createStand(client);
  return async (request) => {
    const head = await readBranch(client, request.branch);
    if (!head.ok) return head;
    const expected = guardBranch(head.value, request);
    if (!expected.ok) return expected;
    const identity = await whoAmI();
    if (!identity.ok) return identity;
    const parent = await readCommit(client, request.parent);
    if (!parent.ok) return parent;
    const changes = await changesOf(client, request);
    if (!changes.ok) return changes;
    const name = await stand.put(request.branch, request.parent);
    if (!name.ok) return name;
    const { author } = identity.value;
    const change = { message: request.message, author, committer: author, files: changes.value };
    const done =
      request.expectedHead === undefined
        ? await commitTo(client, request, { ...change, branch: name.value, new_branch: request.branch }, request.branch)
        : await moveTo(client, request, await commitTo(client, request, { ...change, branch: name.value }, name.value));
    await stand.take(name.value);
    return done;
  };
}

/** models of services/repository/files: `update` keeps the mode of a file, and holds it to the blob that was seen. */
type Change =
  | { readonly operation: 'create'; readonly path: string; readonly content: string }
  | { readonly operation: 'update'; readonly path: string; readonly content: string; readonly sha: string };

/** What differs from `parent`. Gitea itself would make a commit that changes nothing. */
async function changesOf(client: Client, { parent, files }: CommitRequest): ForgeResult<readonly Change[]> {
  const changes: Change[] = [];
  for (const file of files) {
    const change = await changeOf(client, parent, file);
    if (!change.ok) return change;
    if (change.value) changes.push(change.value);
  }
  if (changes.length > 0) return ok(changes);
  return err(NOTHING_TO_COMMIT);
}

async function changeOf(
  client: Client,
  parent: string,
  { path, content: text }: FileContent,
): ForgeResult<Change | undefined> {
  const refused = (why: string) => err<ForgeError>({ code: 'invalid', message: `could not write ${path}: ${why}` });
  // Gitea reads `a//b` and `./a` as other paths, and fails at `..` and `.git`.
  if (path.split('/').some((part) => /^(?:|\.|\.\.|\.git)$/i.test(part))) return refused('it is no path of a file');
  const request = { method: 'GET', path: below(client.repo, 'contents', path), query: { ref: parent } } as const;
  const answer = await client.call(`read ${path}`, ContentAnswer, request);
  const bytes = Buffer.from(text);
  const content = bytes.toString('base64');
  if (!answer.ok) return answer.error.code === 'not-found' ? ok({ operation: 'create', path, content }) : answer;
  const { type, sha } = answer.value;
  if (type === 'symlink') return refused('it is a symbolic link');
  if (type !== 'file') return refused('it is not a file');
  return ok(sha === blobOf(bytes) ? undefined : { operation: 'update', path, content, sha });
}

function blobOf(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** Makes the commit; `target` is the branch that it ends on. */
async function commitTo(client: Client, request: CommitRequest, body: object, target: string): ForgeResult<string> {
  const path = below(client.repo, 'contents');
  const made = await client.call('create the commit', ChangedAnswer, { method: 'POST', path, body });
  if (made.ok) return ok(made.value.commit.sha);
  if (made.error.code === 'exists') return err(branchExists(request.branch));
  if (made.error.code !== 'unreachable') return made;
  // The answer was lost, or somebody made the branch meanwhile: the commit at its tip tells.
  const head = await readBranch(client, target);
  const tip = head.ok && head.value !== undefined ? await readCommit(client, head.value) : undefined;
  if (!tip?.ok || tip.value.sha === request.parent) return made;
  const { sha, parents, commit } = tip.value;
  const ours = parents?.length === 1 && parents[0]?.sha === request.parent && same(commit.message, request.message);
  return ours ? ok(sha) : target === request.branch ? err(branchExists(target)) : made;
}

/** Gitea trims messages. */
function same(one: string, other: string): boolean {
  return one.trim() === other.trim();
}

/** Moves the branch to the commit, with the head that was seen as a lease: a push of somebody else is never lost. */
async function moveTo(
  client: Client,
  { branch, expectedHead = '' }: CommitRequest,
  made: Awaited<ForgeResult<string>>,
): ForgeResult<string> {
  if (!made.ok) return made;
  const sha = made.value;
  const body = { new_commit_id: sha, old_commit_id: expectedHead, force: true };
  const request = { method: 'PUT', path: below(client.repo, 'branches', branch), body } as const;
  const answer = await client.call(`move branch ${branch}`, Empty, request);
  if (answer.ok) return made;
  const head = await readBranch(client, branch);
  if (!head.ok) return answer;
  if (head.value === sha) return made;
  if (head.value !== expectedHead) return err(branchMoved(branch, expectedHead, head.value));
  const unknown = answer.error.code === 'not-found' || /status 405/.test(answer.error.message);
  const message = `could not move branch ${branch}: the server does not know how (Gitea can since 1.26)`;
  return unknown ? err({ code: 'invalid', message }) : answer;
}
