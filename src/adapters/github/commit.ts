import { err, ok } from '../../domain/result.ts';
import type { FileContent, ForgeError, ForgeResult, ForgeWriter } from '../../ports/forge.ts';
import { NOTHING_TO_COMMIT, branchExists, guardBranch } from '../forge/branch.ts';
import type { Client } from './client.ts';
import type { Identity } from './identity.ts';
import { readBranch } from './reader.ts';
import { GitCommitAnswer, RefAnswer, ShaAnswer, TreeAnswer } from './schema.ts';

type Request = Parameters<ForgeWriter['commit']>[0];

/**
 * Commits through the API: blobs, a tree on the parent's tree, a commit, and last the branch. Until the branch is
 * written nothing is visible, so this may end anywhere and be done again.
 */
export function createCommit(client: Client, whoAmI: () => ForgeResult<Identity>): ForgeWriter['commit'] {
  return async (request) => {
    const before = await lookBefore(client, request);
    if (!before.ok) return before;
    const identity = await whoAmI();
    if (!identity.ok) return identity;
    const tree = await makeTree(client, request);
    if (!tree.ok) return tree;
    const { author } = identity.value;
    const made = await client.call('create the commit', ShaAnswer, (octokit) =>
      octokit.rest.git.createCommit({
        ...client.repo,
        message: request.message,
        tree: tree.value,
        parents: [request.parent],
        ...(author ? { author, committer: author } : {}),
      }),
    );
    if (!made.ok) return made;
    return request.expectedHead === undefined
      ? createBranch(client, request.branch, made.value.sha)
      : moveBranch(client, request, made.value.sha);
  };
}

/** Looks at the branch, and whether it is as the commit expects it. */
async function lookBefore(client: Client, request: Request): ForgeResult<void> {
  const head = await readBranch(client, request.branch);
  return head.ok ? guardBranch(head.value, request) : head;
}

type Mode = '100644' | '100755';

interface TreeEntry {
  readonly path: string;
  readonly mode: Mode;
  readonly type: 'blob';
  readonly sha: string;
}

async function makeTree(client: Client, { parent, files }: Request): ForgeResult<string> {
  const base = await client.call(`read commit ${parent.slice(0, 7)}`, GitCommitAnswer, (octokit) =>
    octokit.rest.git.getCommit({ ...client.repo, commit_sha: parent }),
  );
  if (!base.ok) return base;
  const root = base.value.tree.sha;
  const modeOf = createModes(client, root);
  const entries: TreeEntry[] = [];
  for (const { path, content } of files) {
    const mode = await modeOf(path);
    if (!mode.ok) return mode;
    const blob = await client.call(`write ${path}`, ShaAnswer, (octokit) =>
      octokit.rest.git.createBlob({
        ...client.repo,
        content: Buffer.from(content).toString('base64'),
        encoding: 'base64',
      }),
    );
    if (!blob.ok) return blob;
    entries.push({ path, mode: mode.value, type: 'blob', sha: blob.value.sha });
  }
  const tree = await client.call('create the tree', ShaAnswer, (octokit) =>
    octokit.rest.git.createTree({ ...client.repo, base_tree: root, tree: entries }),
  );
  if (!tree.ok) return tree;
  if (tree.value.sha !== root) return ok(tree.value.sha);
  return err(NOTHING_TO_COMMIT);
}

/** Finds the mode that a file has below `root`; new files are plain. Folders are read once each. */
function createModes(client: Client, root: string): (path: FileContent['path']) => ForgeResult<Mode> {
  const folders = new Map<string, ReturnType<typeof read>>();
  const read = (sha: string) =>
    client.call('read a folder of the repository', TreeAnswer, (octokit) =>
      octokit.rest.git.getTree({ ...client.repo, tree_sha: sha }),
    );
  return async (path) => {
    const refused = (why: string) => err<ForgeError>({ code: 'invalid', message: `could not write ${path}: ${why}` });
    const parts = path.split('/');
    let folder = root;
    for (const [depth, part] of parts.entries()) {
      const reading = folders.get(folder) ?? read(folder);
      folders.set(folder, reading);
      const answer = await reading;
      if (!answer.ok) return answer;
      const entry = answer.value.tree.find((one) => one.path === part);
      if (entry === undefined) return answer.value.truncated ? refused('its folder is too large') : ok('100644');
      if (depth === parts.length - 1) {
        if (entry.mode === '100644' || entry.mode === '100755') return ok(entry.mode);
        return refused(entry.mode === '120000' ? 'it is a symbolic link' : 'it is not a file');
      }
      if (entry.type !== 'tree') return refused(`${parts.slice(0, depth + 1).join('/')} is not a folder`);
      folder = entry.sha;
    }
    return refused('the path is empty');
  };
}

async function createBranch(client: Client, branch: string, sha: string): ForgeResult<string> {
  const made = await client.call(`create branch ${branch}`, RefAnswer, (octokit) =>
    octokit.rest.git.createRef({ ...client.repo, ref: `refs/heads/${branch}`, sha }),
  );
  if (made.ok) return ok(sha);
  if (made.error.code === 'exists') return err(branchExists(branch));
  return made.error.code === 'unreachable' ? lookFor(client, branch, sha, made.error) : made;
}

async function moveBranch(client: Client, request: Request, sha: string): ForgeResult<string> {
  const { branch, parent, expectedHead } = request;
  // The API has no compare-and-swap for refs: this second look keeps the time between look and write short.
  const still = await lookBefore(client, request);
  if (!still.ok) return still;
  const moved = await client.call(`move branch ${branch}`, RefAnswer, (octokit) =>
    octokit.rest.git.updateRef({ ...client.repo, ref: `heads/${branch}`, sha, force: parent !== expectedHead }),
  );
  if (moved.ok) return ok(sha);
  if (/fast[ -]forward|does not exist/i.test(moved.error.message)) return err({ ...moved.error, code: 'conflict' });
  return moved.error.code === 'unreachable' ? lookFor(client, branch, sha, moved.error) : moved;
}

/** After an answer was lost: the branch says whether the write was done. */
async function lookFor(client: Client, branch: string, sha: string, lost: ForgeError): ForgeResult<string> {
  const head = await readBranch(client, branch);
  return head.ok && head.value === sha ? ok(sha) : err(lost);
}
