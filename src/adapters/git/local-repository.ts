import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { GitRepository } from '../../ports/git.ts';
import { createQueue, initBare, writeTree } from './bare.ts';
import { createCheckouts } from './checkouts.ts';
import { createObjectReader } from './object-reader.ts';
import { diskProblem } from './remote-repository.ts';
import { SHA, SHORT_SHA, refCandidates } from './revision.ts';
import type { RunGit } from './run-git.ts';

/** A clone on this machine, and where its part of the cache is. */
export interface LocalOptions {
  readonly url: string;
  /** The clone (or bare repository) of the user. */
  readonly path: string;
  /** Folder of this repository in the cache. */
  readonly directory: string;
  readonly run: RunGit;
}

/** Whether a folder is the root of a clone, a worktree or a bare repository. */
export function isGitFolder(path: string): boolean {
  return existsSync(join(path, '.git')) || ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(path, name)));
}

/**
 * A clone on this machine, read where it lies and never written to: its refs are read in place, its objects through an empty
 * repository in the cache that borrows them. Only commits count; changes that are not committed are not seen.
 * A branch is looked for among the local ones first, then at `origin`; `HEAD` is the branch that `origin/HEAD` names.
 */
export async function openLocal({ url, path, directory, run }: LocalOptions): Promise<Result<GitRepository, Problem>> {
  const gitDirectory = join(directory, 'git');
  const queue = createQueue(directory);
  const hint = `the clone ${path} lacks objects, as a partial clone does: clone it without a filter`;
  async function git(args: readonly string[]): Promise<Result<string, Problem>> {
    const read = await run({ args, gitDirectory, subject: url });
    return read.ok || read.error.code !== 'repository-corrupt' ? read : err({ ...read.error, hint });
  }
  const inClone = (args: readonly string[]): Promise<Result<string, Problem>> =>
    run({ args: ['-C', path, ...args], subject: path });

  async function refresh(): Promise<Result<void, Problem>> {
    const common = await inClone(['rev-parse', '--path-format=absolute', '--git-common-dir']);
    if (!common.ok)
      return err(problem('repository-missing', `${path} is not a clone that git can read: ${common.error.message}`));
    const source = common.value.trim();
    try {
      if (!existsSync(join(gitDirectory, 'HEAD'))) {
        const made = await initBare(run, gitDirectory, url);
        if (!made.ok) return made;
      }
      await mkdir(join(gitDirectory, 'objects', 'info'), { recursive: true });
      await replaceFile(join(gitDirectory, 'objects', 'info', 'alternates'), `${quoted(join(source, 'objects'))}\n`);
      const shallow = join(source, 'shallow');
      if (existsSync(shallow)) await replaceFile(join(gitDirectory, 'shallow'), await readFile(shallow, 'utf8'));
      else await rm(join(gitDirectory, 'shallow'), { force: true });
      return ok(undefined);
    } catch (error) {
      return err(diskProblem(error, url));
    }
  }

  async function refOf(name: string): Promise<string | undefined> {
    const found = await inClone(['rev-parse', '--verify', '--quiet', name]);
    const sha = found.ok ? found.value.trim() : '';
    return SHA.test(sha) ? sha : undefined;
  }

  async function names(revision: string): Promise<readonly string[]> {
    const prefixes = ['refs/heads/', 'refs/remotes/origin/', 'refs/tags/'];
    if (revision !== 'HEAD') return refCandidates(revision, prefixes);
    const head = await inClone(['symbolic-ref', '--quiet', 'refs/remotes/origin/HEAD']);
    const branch = head.ok ? /^refs\/remotes\/origin\/(\S+)/.exec(head.value)?.[1] : undefined;
    return branch === undefined ? ['HEAD'] : [...refCandidates(branch, prefixes), 'HEAD'];
  }

  async function resolve(revision: string): Promise<Result<string, Problem>> {
    const wanted = revision === '' ? 'HEAD' : revision;
    for (const name of await names(wanted)) {
      const sha = await refOf(name);
      if (sha !== undefined) return commitOf(sha, wanted);
    }
    return SHORT_SHA.test(wanted) ? commitOf(wanted, wanted) : err(missing(wanted));
  }

  /** Looked up in the cache's repository: a partial clone would begin to fetch, and so to write. */
  async function commitOf(sha: string, wanted: string): Promise<Result<string, Problem>> {
    const found = await git(['rev-parse', '--verify', '--quiet', `${sha}^{commit}`]);
    const commit = found.ok ? found.value.trim() : '';
    return SHA.test(commit) ? ok(commit) : err(missing(wanted));
  }

  function missing(revision: string): Problem {
    const hint = 'fetch in the clone that --repo names, if the revision is newer than it';
    return problem('revision-missing', `${url}: ${path} has no revision "${revision.slice(0, 100)}"`, { hint });
  }

  const opened = await queue(refresh);
  if (!opened.ok) return opened;
  return ok(
    createObjectReader({
      url,
      git,
      resolve,
      refresh: () => queue(refresh),
      checkouts: createCheckouts(join(directory, 'trees')),
      write: (sha, folder) => queue(() => writeTree(git, gitDirectory, sha, folder)),
      shallow: () => existsSync(join(gitDirectory, 'shallow')),
    }),
  );
}

/** Other processes read the file meanwhile: it is whole at every moment. */
async function replaceFile(file: string, text: string): Promise<void> {
  const unfinished = `${file}.tmp-${process.pid}`;
  await writeFile(unfinished, text);
  await rename(unfinished, file);
}

/** A path in `alternates` that begins with a quote or holds a line feed is read as a C string. */
function quoted(path: string): string {
  return /^"|[\n\\]/.test(path) ? JSON.stringify(path) : path;
}
