import type { Result } from '../domain/result.ts';

/** Why a forge did not do what it was asked. Closed: callers handle each. */
export interface ForgeError {
  readonly code:
    'unauthorized' | 'forbidden' | 'not-found' | 'rate-limited' | 'conflict' | 'exists' | 'invalid' | 'unreachable';
  readonly message: string;
  /** Seconds to wait, where the forge said so. */
  readonly retryAfter?: number;
  /** What a person can do about it. */
  readonly hint?: string;
  /** There is no way to the forge at all: nothing else can be asked of it now either. */
  readonly noWay?: true;
}

/** An answer, or why there is none; never a rejection. */
export type ForgeResult<T> = Promise<Result<T, ForgeError>>;

/** A pull request (Gitea's word is the same) of one repository. */
export interface PullRequest {
  readonly number: number;
  readonly url: string;
  /** `closed` is closed without merge. */
  readonly state: 'open' | 'closed' | 'merged';
  readonly title: string;
  readonly body: string;
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly ref: string; readonly sha: string };
  readonly mergeCommitSha?: string;
  readonly labels: readonly string[];
  /** Login of the author. */
  readonly author: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt?: string;
  readonly mergedAt?: string;
}

/** A commit as the forge recorded it. */
export interface ForgeCommit {
  readonly sha: string;
  readonly authorEmail: string;
  readonly committerEmail: string;
  readonly message: string;
}

/** A comment on a pull request, not one on its lines. */
export interface Comment {
  readonly id: number;
  readonly author: string;
  /** True where the forge says that the author may write to the repository. */
  readonly trusted: boolean;
  readonly body: string;
  readonly createdAt: string;
}

/** A repository, and what the credential may do in it. */
export interface RepositoryInfo {
  readonly defaultBranch: string;
  readonly archived: boolean;
  readonly canPush: boolean;
  /** Login that the credential acts as; commits and comments by it are Remendo's own. */
  readonly login: string;
  /** E-mail addresses under which this forge records Remendo's API commits (author or committer). */
  readonly ownEmails: readonly string[];
  /** Whether the forge signs what this credential commits through its API; `unknown` where its operator decides. */
  readonly signing: 'signed' | 'unsigned' | 'unknown';
  /** False for credentials whose pull requests start no checks: those that a forge gives to its own workflows. */
  readonly startsChecks: boolean;
}

/** What a forge demands of pull requests to a branch. */
export interface BranchRules {
  /** Whether commits without a verified signature are refused; undefined where this credential may not know. */
  readonly signatures: boolean | undefined;
  /** Names of checks that must pass. */
  readonly requiredChecks: readonly string[];
}

/** What a forge can do, and how to speak of it: callers ask here, never which forge it is. */
export interface ForgeCapabilities {
  /** As people call it. */
  readonly name: string;
  /** Longest text of a pull request, in characters as JavaScript counts them. */
  readonly bodyLimit: number;
  /** What to do, in words for people, where something is missing. */
  readonly remedies: {
    /** The credential cannot see the repository, or may not write to it. */
    readonly rights: string;
    /** A branch wants signatures that this credential's commits have not got. */
    readonly signing: string;
    /** What this credential opens starts no checks. */
    readonly checks: string;
  };
}

/** Reads one repository of a forge. */
export interface ForgeReader {
  repository(): ForgeResult<RepositoryInfo>;
  /** Pull requests whose head branch (in this repository) starts with `headPrefix`; newest first, at most 300. */
  pullRequests(query: {
    readonly headPrefix: string;
    readonly state: 'open' | 'closed' | 'all';
  }): ForgeResult<readonly PullRequest[]>;
  pullRequest(number: number): ForgeResult<PullRequest>;
  /** Open pull requests of others, with the files they touch; at most 100. */
  openFiles(exceptHeadPrefix: string): ForgeResult<
    readonly {
      readonly number: number;
      readonly url: string;
      readonly author: string;
      readonly files: readonly string[];
    }[]
  >;
  /** SHA of a branch; undefined where there is none. */
  branch(name: string): ForgeResult<string | undefined>;
  /** The commit at the tip of a branch; undefined where there is no such branch. */
  branchCommit(name: string): ForgeResult<ForgeCommit | undefined>;
  /** Commits of a pull request, oldest first, at most 250. */
  commits(number: number): ForgeResult<readonly ForgeCommit[]>;
  comments(number: number): ForgeResult<readonly Comment[]>;
  branchRules(branch: string): ForgeResult<BranchRules>;
}

/** The whole new text of a file. `path` is relative to the repository's root. */
export interface FileContent {
  readonly path: string;
  readonly content: string;
}

/** Writes to one repository of a forge. In `observe` mode a recorder stands here: nothing else makes a dry run. */
export interface ForgeWriter {
  /**
   * Makes (or moves, when `expectedHead` is given and still true) a branch to one new commit on top of `parent`.
   * Returns the new commit's SHA. Error `exists`: the branch is there and was not expected; `conflict`: it moved.
   */
  commit(request: {
    readonly branch: string;
    readonly parent: string;
    readonly expectedHead?: string;
    readonly message: string;
    readonly files: readonly FileContent[];
  }): ForgeResult<string>;
  /** Error `exists`: there is an open one for this head already. */
  createPullRequest(request: {
    readonly title: string;
    readonly body: string;
    readonly head: string;
    readonly base: string;
  }): ForgeResult<PullRequest>;
  updatePullRequest(
    number: number,
    change: { readonly title?: string; readonly body?: string; readonly state?: 'closed' },
  ): ForgeResult<void>;
  /** Sets labels that start with `remendo` to exactly these; other labels stay. Makes labels that do not exist. */
  setLabels(number: number, labels: readonly string[]): ForgeResult<void>;
  /** Makes or edits the one comment that carries `marker` (a hidden HTML comment); does nothing when it says so already. */
  stickyComment(number: number, marker: string, body: string): ForgeResult<void>;
  deleteBranch(name: string): ForgeResult<void>;
}

/** One repository of a forge. */
export interface Forge {
  readonly capabilities: ForgeCapabilities;
  readonly reader: ForgeReader;
  readonly writer: ForgeWriter;
}

/** Finds the forge of a repository; undefined where no forge is configured for its host. */
export type ForgeOf = (repoURL: string) => Forge | undefined;
