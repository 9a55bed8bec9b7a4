import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommitObject, Signature } from './commit-object.ts';
import { formatCommit, parseCommit } from './commit-object.ts';
import { git, runGit } from './git.ts';

/** One entry of a folder, as `git ls-tree` tells it. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  /** Bytes; blobs only. */
  readonly size?: number;
}

/** A line of `update-index --index-info`; a null SHA removes the path. */
interface TreeChange {
  readonly path: string;
  readonly mode: string;
  readonly sha: string | null;
}

interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/** Git plumbing over one bare repository on disk. Reads answer undefined for what does not exist. */
export interface BareRepository {
  readonly directory: string;
  /** SHA by branch name. */
  heads(): Promise<ReadonlyMap<string, string>>;
  /** Kind of an object: commit, tree, blob. */
  type(sha: string): Promise<string | undefined>;
  commit(sha: string): Promise<CommitObject | undefined>;
  tree(sha: string, recursive: boolean): Promise<readonly TreeEntry[] | undefined>;
  blob(sha: string): Promise<Buffer | undefined>;
  writeBlob(content: Uint8Array): Promise<string>;
  /** Undefined where git refuses a path or an object. */
  writeTree(base: string | undefined, changes: readonly TreeChange[]): Promise<string | undefined>;
  writeCommit(commit: NewCommit): Promise<string>;
  updateRef(ref: string, sha: string): Promise<void>;
  deleteRef(ref: string): Promise<void>;
  mergeBase(a: string, b: string): Promise<string | undefined>;
  isAncestor(ancestor: string, sha: string): Promise<boolean>;
  /** Commits in `to` that are not in `from`, oldest first. */
  between(from: string, to: string): Promise<readonly string[]>;
}

const CONFIG = `[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
[http]
\treceivepack = true
[gc]
\tauto = 0
[core]
\thooksPath = /dev/null
`;

/** Makes an empty bare repository that answers partial clones, as GitHub's do. */
export async function createBareRepository(directory: string, defaultBranch: string): Promise<BareRepository> {
  await mkdir(directory, { recursive: true });
  await git(directory, ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, '.']);
  await appendFile(join(directory, 'config'), CONFIG);
  return openBareRepository(directory);
}

const SHA = /^[0-9a-f]{40}$/;

function openBareRepository(directory: string): BareRepository {
  const text = async (args: readonly string[]): Promise<string | undefined> => {
    const run = await runGit(directory, args);
    return run.code === 0 ? run.stdout.toString() : undefined;
  };
  return {
    directory,
    async heads() {
      const out = await git(directory, ['for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads']);
      const lines = out.split('\n').filter(Boolean);
      return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
    },
    type: async (sha) => (SHA.test(sha) ? (await text(['cat-file', '-t', sha]))?.trim() : undefined),
    async commit(sha) {
      const raw = SHA.test(sha) ? await text(['cat-file', 'commit', sha]) : undefined;
      return raw === undefined ? undefined : parseCommit(sha, raw);
    },
    async tree(sha, recursive) {
      if (!SHA.test(sha)) return undefined;
      const out = await text(['ls-tree', '-z', '-l', ...(recursive ? ['-r', '-t'] : []), `${sha}^{tree}`]);
      return out?.split('\0').filter(Boolean).map(parseTreeLine);
    },
    async blob(sha) {
      const run = await runGit(directory, ['cat-file', 'blob', SHA.test(sha) ? sha : 'none']);
      return run.code === 0 ? run.stdout : undefined;
    },
    writeBlob: async (content) => (await git(directory, ['hash-object', '-w', '--stdin'], { input: content })).trim(),
    writeTree: (base, changes) => writeTree(directory, base, changes),
    writeCommit: async (commit) =>
      (await git(directory, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input: formatCommit(commit) })).trim(),
    updateRef: async (ref, sha) => void (await git(directory, ['update-ref', ref, sha])),
    deleteRef: async (ref) => void (await git(directory, ['update-ref', '-d', ref])),
    mergeBase: async (a, b) => (await text(['merge-base', a, b]))?.trim(),
    isAncestor: async (ancestor, sha) =>
      (await runGit(directory, ['merge-base', '--is-ancestor', ancestor, sha])).code === 0,
    async between(from, to) {
      const out = await git(directory, ['rev-list', '--reverse', '--topo-order', `${from}..${to}`]);
      return out.split('\n').filter(Boolean);
    },
  };
}

function parseTreeLine(line: string): TreeEntry {
  const tab = line.indexOf('\t');
  const [mode = '', type = '', sha = '', size = '-'] = line.slice(0, tab).split(/ +/);
  const entry = { path: line.slice(tab + 1), mode, type, sha };
  return size === '-' ? entry : { ...entry, size: Number(size) };
}

async function writeTree(
  directory: string,
  base: string | undefined,
  changes: readonly TreeChange[],
): Promise<string | undefined> {
  const index = join(directory, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    if (base !== undefined) await git(directory, ['read-tree', base], { env });
    const lines = changes.map(({ path, mode, sha }) =>
      sha === null ? `0 ${'0'.repeat(40)}\t${path}\0` : `${mode} ${sha}\t${path}\0`,
    );
    const added = await runGit(directory, ['update-index', '-z', '--index-info'], { env, input: lines.join('') });
    // A path that git does not accept is left out with a message, and git ends well all the same.
    if (added.code !== 0 || added.stderr !== '') return undefined;
    const written = await runGit(directory, ['write-tree'], { env });
    return written.code === 0 ? written.stdout.toString().trim() : undefined;
  } finally {
    await rm(index, { force: true });
  }
}
