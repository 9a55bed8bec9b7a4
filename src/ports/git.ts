import type { Problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import type { Checkout, RenderedObject } from '../domain/source.ts';

/** A commit, without its files. */
export interface GitCommit {
  /** Full SHA. */
  readonly revision: string;
  readonly author: string;
  readonly email: string;
  /** RFC 3339, committer's date. */
  readonly committedAt: string;
  readonly subject: string;
  readonly parents: readonly string[];
}

/** One repository, cloned into a cache folder. Reads only: branches and commits are made through the forge. */
export interface GitRepository {
  readonly url: string;
  /** Fetches, so that what follows sees the remote as it is now. Error codes as `open`. */
  refresh(signal?: AbortSignal): Promise<Result<void, Problem>>;
  /** SHA of a branch, tag or (abbreviated) commit; `HEAD` is the default branch. Error code: `revision-missing`. */
  resolve(revision: string): Promise<Result<string, Problem>>;
  /** The files at a commit as a folder, made once per SHA and shared: callers must not write into it. */
  checkout(revision: string): Promise<Result<Checkout, Problem>>;
  /** Commits reachable from `revision` that touch `paths` (all when empty), newest first, at most `limit`. */
  log(revision: string, paths: readonly string[], limit: number): Promise<Result<readonly GitCommit[], Problem>>;
  /** Text of a file at a commit; undefined where it does not exist there. */
  readFile(revision: string, path: string): Promise<Result<string | undefined, Problem>>;
  /** Unified diff between two commits for `paths`, cut at 200 KiB. */
  diff(from: string, to: string, paths: readonly string[]): Promise<Result<string, Problem>>;
  /** Whether `ancestor` is `revision` or one of its ancestors. */
  isAncestor(ancestor: string, revision: string): Promise<Result<boolean, Problem>>;
}

/** Opens repositories. Error codes: `repository-missing`, `repository-unauthorized`, `repository-unreachable`, `disk-full`. */
export interface Git {
  open(repoURL: string, signal?: AbortSignal): Promise<Result<GitRepository, Problem>>;
}

/** What an Application rendered to at one commit of its repository. */
export interface SourceVersion {
  readonly commit: GitCommit;
  readonly objects: readonly RenderedObject[];
}

/**
 * Charts of a Helm or OCI registry as folders, from a local cache or by fetching. `revision` of the checkout is the
 * chart's version. Error codes: `chart-missing`, `not-supported`.
 */
export interface Charts {
  fetch(repoURL: string, chart: string, version: string): Promise<Result<Checkout, Problem>>;
}
