import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { GitCommit, GitRepository } from '../../ports/git.ts';
import type { Checkouts } from './checkouts.ts';

/** What differs between a remote repository and a clone on this machine. */
export interface ObjectReaderOptions {
  readonly url: string;
  /** Runs git on the bare repository that holds the objects. */
  readonly git: (args: readonly string[]) => Promise<Result<string, Problem>>;
  readonly resolve: GitRepository['resolve'];
  readonly refresh: GitRepository['refresh'];
  readonly checkouts: Checkouts;
  /** Fills a folder with the files of a commit. */
  readonly write: (sha: string, directory: string) => Promise<Result<unknown, Problem>>;
  /** Whether history is cut off (a shallow clone): then "not an ancestor" cannot be told. */
  readonly shallow: () => boolean;
}

const MAX_DIFF = 200 * 1024;
const MAX_FILE = 16 * 1024 * 1024;
const FORMAT = '--format=%H%x00%an%x00%ae%x00%ct%x00%P%x00%s%x1e';

/** The reads of ports/git.ts over any bare repository. Paths are literal, revisions are resolved before git sees them. */
export function createObjectReader(options: ObjectReaderOptions): GitRepository {
  const { url, git, refresh, checkouts, write } = options;
  const known = new Set<string>();

  /** A full SHA that was found once stays what it is. */
  async function resolve(revision: string): Promise<Result<string, Problem>> {
    if (known.has(revision)) return ok(revision);
    const sha = await options.resolve(revision);
    if (sha.ok) known.add(sha.value);
    return sha;
  }

  async function log(
    revision: string,
    paths: readonly string[],
    limit: number,
  ): Promise<Result<readonly GitCommit[], Problem>> {
    const sha = await resolve(revision);
    if (!sha.ok) return sha;
    const args = [
      '--literal-pathspecs',
      'log',
      '--no-color',
      '--no-show-signature',
      FORMAT,
      `--max-count=${Math.max(0, Math.trunc(limit))}`,
    ];
    const output = await git([...args, sha.value, '--', ...paths.filter((path) => path !== '')]);
    return output.ok ? ok(output.value.split('\x1e').flatMap(commitOf)) : output;
  }

  async function readFile(revision: string, path: string): Promise<Result<string | undefined, Problem>> {
    const sha = await resolve(revision);
    if (!sha.ok) return sha;
    const entry = await git(['--literal-pathspecs', 'ls-tree', '-z', '-l', '--full-tree', sha.value, '--', path]);
    if (!entry.ok) return entry;
    const match = /^100\d{3} blob ([0-9a-f]{40}) +(\S+)\t([^\0]*)\0/.exec(entry.value);
    if (match === null || match[3] !== path) return ok(undefined);
    // The size is `BAD` where the blob is not there; reading it says why.
    if (Number(match[2]) > MAX_FILE)
      return err(problem('file-too-large', `${path} has ${match[2]} bytes`, { place: { file: path } }));
    return git(['cat-file', 'blob', match[1] ?? '']);
  }

  async function diff(from: string, to: string, paths: readonly string[]): Promise<Result<string, Problem>> {
    const before = await resolve(from);
    if (!before.ok) return before;
    const after = await resolve(to);
    if (!after.ok) return after;
    const args = [
      '--literal-pathspecs',
      'diff',
      '--no-color',
      '--no-ext-diff',
      '--no-textconv',
      '--no-renames',
      before.value,
      after.value,
    ];
    const output = await git([...args, '--', ...paths.filter((path) => path !== '')]);
    if (!output.ok) return output;
    const bytes = Buffer.from(output.value);
    return ok(bytes.length <= MAX_DIFF ? output.value : `${bytes.toString('utf8', 0, MAX_DIFF)}\n[cut at 200 KiB]\n`);
  }

  async function isAncestor(ancestor: string, revision: string): Promise<Result<boolean, Problem>> {
    const old = await resolve(ancestor);
    if (!old.ok) return old;
    const sha = await resolve(revision);
    if (!sha.ok) return sha;
    const outside = await git(['rev-list', '--max-count=1', old.value, `^${sha.value}`]);
    if (!outside.ok) return outside;
    if (outside.value.trim() === '') return ok(true);
    if (!options.shallow()) return ok(false);
    return err(
      problem('history-incomplete', `${url}: the clone is shallow, so it cannot tell whether it holds ${ancestor}`),
    );
  }

  return {
    url,
    refresh,
    resolve,
    log,
    readFile,
    diff,
    isAncestor,
    async checkout(revision) {
      const sha = await resolve(revision);
      if (!sha.ok) return sha;
      const directory = await checkouts.get(sha.value, (folder) => write(sha.value, folder));
      return directory.ok ? ok({ repoURL: url, revision: sha.value, directory: directory.value }) : directory;
    },
  };
}

function commitOf(record: string): GitCommit[] {
  const [revision, author = '', email = '', seconds = '', parents = '', subject = ''] = record.trimStart().split('\0');
  if (revision === undefined || revision === '') return [];
  const committedAt = new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z');
  return [
    { revision, author, email, committedAt, subject, parents: parents.split(' ').filter((parent) => parent !== '') },
  ];
}
