import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { GitRepository } from '../../ports/git.ts';
import type { Log } from '../../ports/log.ts';
import { createQueue, initBare, writeTree } from './bare.ts';
import { createCheckouts } from './checkouts.ts';
import { createObjectReader } from './object-reader.ts';
import { SHA, SHORT_SHA, refCandidates } from './revision.ts';
import type { GitCredentials, RunGit } from './run-git.ts';

/** A repository that is fetched, and where its part of the cache is. */
export interface RemoteOptions {
  /** As the Application writes it; what problems name. */
  readonly url: string;
  readonly fetchUrl: string;
  /** Folder of this repository in the cache. */
  readonly directory: string;
  readonly credentials: () => GitCredentials | undefined | Promise<GitCredentials | undefined>;
  readonly run: RunGit;
  readonly log: Log;
}

/** Milliseconds for a fetch; the first one of a large repository takes long. */
const FETCH = 600_000;
const FETCH_QUIETLY = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head'];
const HEADS = '+refs/heads/*:refs/heads/*';
const TAGS = '+refs/tags/*:refs/tags/*';
/** The commit that the server's HEAD stands for: mirrored as a ref, so that one request asks for everything. */
const SERVER_HEAD = 'refs/remendo/head';
/** Written after the first complete fetch. */
const COMPLETE = 'remendo-mirrored';

/**
 * A remote repository in the cache: bare, without blobs until they are read (where the server can do that), mirrored by each
 * refresh. A damaged cache is made again.
 */
export async function openRemote(
  options: RemoteOptions,
  signal?: AbortSignal,
): Promise<Result<GitRepository, Problem>> {
  const { url, fetchUrl, directory, run, log } = options;
  const gitDirectory = join(directory, 'git');
  const queue = createQueue(directory);
  /** What names stand for; they move with a refresh only. */
  let resolved = new Map<string, string>();

  async function raw(
    args: readonly string[],
    more: { readonly signal?: AbortSignal | undefined; readonly timeout?: number } = {},
  ) {
    // Reading may fetch blobs, so every command can need the credentials.
    return run({
      args,
      gitDirectory,
      subject: url,
      remote: { url: fetchUrl, credentials: await options.credentials() },
      ...more,
    });
  }

  async function init(): Promise<Result<void, Problem>> {
    const made = await initBare(run, gitDirectory, url);
    if (!made.ok) return made;
    const set = await raw(['config', 'remote.origin.url', fetchUrl]);
    return set.ok ? ok(undefined) : set;
  }

  async function fetchAll(
    stop: AbortSignal | undefined,
    ask = { head: true, filter: true },
  ): Promise<Result<void, Problem>> {
    const refs = [...(ask.head ? [`+HEAD:${SERVER_HEAD}`] : []), HEADS, TAGS];
    const filter = ask.filter ? ['--filter=blob:none'] : [];
    const args = [...FETCH_QUIETLY, '--prune', '--force', ...filter, 'origin', ...refs];
    const fetched = await raw(args, { signal: stop, timeout: FETCH });
    if (fetched.ok) {
      await writeFile(join(gitDirectory, COMPLETE), '');
      return ok(undefined);
    }
    const { message } = fetched.error;
    if (ask.filter && /filter/i.test(message)) return fetchAll(stop, { ...ask, filter: false });
    if (!ask.head || !/couldn't find remote ref HEAD/i.test(message)) return fetched;
    const gone = await raw(['update-ref', '-d', SERVER_HEAD]);
    return gone.ok ? fetchAll(stop, { ...ask, head: false }) : gone;
  }

  async function refresh(stop?: AbortSignal): Promise<Result<void, Problem>> {
    try {
      resolved = new Map();
      if (!existsSync(join(gitDirectory, 'HEAD'))) {
        const made = await init();
        if (!made.ok) return made;
      }
      const fetched = await fetchAll(stop);
      if (fetched.ok || fetched.error.code !== 'repository-corrupt') return fetched;
      log.warn({ repository: url, reason: fetched.error.message }, 'cached repository is damaged and is made again');
      const made = await init();
      return made.ok ? await fetchAll(stop) : made;
    } catch (error) {
      return err(diskProblem(error, url));
    }
  }

  /** A read that finds the cache damaged makes it again, once. */
  async function git(args: readonly string[]): Promise<Result<string, Problem>> {
    const read = await raw(args);
    if (read.ok || read.error.code !== 'repository-corrupt') return read;
    log.warn({ repository: url, reason: read.error.message }, 'cached repository is damaged and is made again');
    await rm(gitDirectory, { recursive: true, force: true });
    const made = await refresh();
    return made.ok ? raw(args) : made;
  }

  async function resolve(revision: string): Promise<Result<string, Problem>> {
    const wanted = revision === '' ? 'HEAD' : revision;
    const before = resolved.get(wanted);
    if (before !== undefined) return ok(before);
    const found = await look(wanted);
    if (found.ok) resolved.set(wanted, found.value);
    return found;
  }

  async function look(wanted: string): Promise<Result<string, Problem>> {
    const names = wanted === 'HEAD' ? [SERVER_HEAD] : refCandidates(wanted, ['refs/heads/', 'refs/tags/']);
    for (const name of names) {
      const found = await git(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
      if (!found.ok && found.error.code !== 'revision-missing') return found;
      if (found.ok && SHA.test(found.value.trim())) return ok(found.value.trim());
    }
    const missing = problem('revision-missing', `${url}: there is no revision "${wanted.slice(0, 100)}"`);
    if (!SHORT_SHA.test(wanted)) return err(missing);
    const known = await git(['rev-parse', '--verify', '--quiet', `${wanted}^{commit}`]);
    if (known.ok && SHA.test(known.value.trim())) return ok(known.value.trim());
    // Merged and deleted branches leave commits that no ref names any more; a server may still give them out.
    if (!SHA.test(wanted)) return err(missing);
    const fetched = await raw([...FETCH_QUIETLY, '--filter=blob:none', 'origin', wanted]);
    if (fetched.ok) {
      const again = await git(['rev-parse', '--verify', '--quiet', `${wanted}^{commit}`]);
      if (again.ok && SHA.test(again.value.trim())) return ok(wanted);
    }
    const away =
      !fetched.ok && ['repository-unreachable', 'repository-unauthorized', 'disk-full'].includes(fetched.error.code);
    return away ? fetched : err(missing);
  }

  const usable = existsSync(join(gitDirectory, 'HEAD')) && existsSync(join(gitDirectory, COMPLETE));
  const opened = usable ? ok(undefined) : await queue(() => refresh(signal));
  if (!opened.ok) return opened;
  return ok(
    createObjectReader({
      url,
      git,
      resolve,
      refresh: (stop) => queue(() => refresh(stop)),
      checkouts: createCheckouts(join(directory, 'trees')),
      write: (sha, folder) => queue(() => writeTree(git, gitDirectory, sha, folder)),
      shallow: () => existsSync(join(gitDirectory, 'shallow')),
    }),
  );
}

/** A failure of our own file operations as a problem. */
export function diskProblem(error: unknown, subject: string): Problem {
  const reason = error instanceof Error ? error.message : 'unknown error';
  const full = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
  return problem(full ? 'disk-full' : 'repository-unreachable', `${subject}: the cache cannot be written (${reason})`);
}
