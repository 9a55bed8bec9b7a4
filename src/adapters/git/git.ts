import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { Git, GitRepository } from '../../ports/git.ts';
import type { Log } from '../../ports/log.ts';
import { withoutCredentials } from './git-problem.ts';
import { isGitFolder, openLocal } from './local-repository.ts';
import { openPlainFolder } from './plain-folder.ts';
import { createOnce } from './once.ts';
import { diskProblem, openRemote } from './remote-repository.ts';
import type { RepoUrl } from './repo-url.ts';
import { parseRepoUrl } from './repo-url.ts';
import type { GitCredentials } from './run-git.ts';
import { createRunGit } from './run-git.ts';

/** Where clones lie, and how repositories are reached. */
export interface GitOptions {
  readonly cacheDirectory: string;
  /** URL -> path, from `--repo URL=PATH`: a clone, a bare repository, or a folder without Git. */
  readonly local: ReadonlyMap<string, string>;
  /** Asked at every use, so that tokens may be renewed. */
  readonly credentials: (url: string) => GitCredentials | undefined | Promise<GitCredentials | undefined>;
  readonly log: Log;
  /** Fetches `file:` and plain `http:` addresses too; without it plain http only from this machine. For tests and the demo. */
  readonly allowFileProtocol?: boolean;
  /** Where proxies and certificates are looked up; the process's environment by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Git repositories through the git binary, read-only, hardened for repositories that nobody vouches for.
 * Error codes: `repository-missing`, `repository-unauthorized`, `repository-unreachable`, `repository-corrupt`, `revision-missing`,
 * `history-incomplete`, `file-too-large`, `disk-full`.
 */
export function createGit(options: GitOptions): Git {
  const { log, allowFileProtocol = false, env = process.env } = options;
  // Git runs in another folder.
  const cacheDirectory = resolve(options.cacheDirectory);
  const run = createRunGit({ env, allowFileProtocol });
  const local = new Map<string, string>();
  for (const [url, path] of options.local) local.set(keyOf(url), resolve(path));
  const once = createOnce<GitRepository, Problem>();

  async function openAt(
    repoURL: string,
    key: string,
    remote: RepoUrl | undefined,
    signal?: AbortSignal,
  ): Promise<Result<GitRepository, Problem>> {
    const path = local.get(key);
    const digest = createHash('sha256')
      .update(path === undefined ? key : `${key}\n${path}`)
      .digest('hex')
      .slice(0, 20);
    const directory = join(cacheDirectory, digest);
    const url = shown(repoURL);
    try {
      if (path === undefined) {
        if (remote === undefined)
          return err(problem('repository-missing', `${url}: this is not the address of a Git repository`));
        await mkdir(directory, { recursive: true });
        const { fetchUrl, credentials } = remote;
        return await openRemote(
          { url, fetchUrl, directory, run, log, credentials: () => credentials ?? options.credentials(fetchUrl) },
          signal,
        );
      }
      if (!existsSync(path) || !statSync(path).isDirectory()) {
        const hint = `--repo names it for ${url}; it must be a folder`;
        return err(problem('repository-missing', `there is no folder ${path}`, { place: { file: path }, hint }));
      }
      if (!isGitFolder(path)) return await openPlainFolder(url, path);
      await mkdir(directory, { recursive: true });
      return await openLocal({ url, path, directory, run });
    } catch (error) {
      return err(diskProblem(error, url));
    }
  }

  return {
    async open(repoURL, signal) {
      const key = keyOf(repoURL);
      const parsed = parseRepoUrl(repoURL, allowFileProtocol);
      if (!parsed.ok && !local.has(key)) return parsed;
      const result = await once(key, () => openAt(repoURL, key, parsed.ok ? parsed.value : undefined, signal));
      return result.ok ? ok(asWritten(result.value, shown(repoURL))) : result;
    },
  };
}

function keyOf(url: string): string {
  const parsed = parseRepoUrl(url, true);
  return parsed.ok ? parsed.value.key : url.trim();
}

/** The address as its Application writes it, but for a password inside it. */
function shown(repoURL: string): string {
  const text = repoURL.trim();
  return /\/\/[^/@]*:[^/@]*@/.test(text) ? withoutCredentials(text) : text;
}

/** One repository is opened once, whatever its address looks like; each caller sees the address that it used. */
function asWritten(repository: GitRepository, url: string): GitRepository {
  if (repository.url === url) return repository;
  return {
    ...repository,
    url,
    async checkout(revision) {
      const made = await repository.checkout(revision);
      return made.ok ? ok({ ...made.value, repoURL: url }) : made;
    },
  };
}
