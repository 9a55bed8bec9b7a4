/** A pull request as people see it on the Git host. */
export interface PullView {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed' | 'merged';
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly ref: string; readonly sha: string };
  readonly author: string;
  readonly labels: readonly string[];
  readonly comments: readonly { readonly id: number; readonly author: string; readonly body: string }[];
  readonly mergeCommitSha?: string;
}

/** How a reviewer merges: a merge commit, one new commit, or the same commits anew on top. */
export type MergeMethod = 'merge' | 'squash' | 'rebase';

/** Content by path; null deletes. */
export type Changes = Readonly<Record<string, string | null>>;

/** The Git host that the teams, Argo CD and Remendo share. Repositories are known by their names alone. */
export interface GitHost {
  /** What `remendo.yaml` says of it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Remendo's credential, as its environment has it. */
  readonly env: Readonly<Record<string, string>>;
  /** Answers with the URL that people clone from. */
  createRepository(name: string, options: { readonly files: Changes; readonly private: boolean }): Promise<string>;
  /** What Argo CD needs to read a private repository. */
  readonly reader: { readonly username: string; readonly password: string };
  /** A developer's commit on the main branch. */
  push(name: string, files: Changes, message: string): Promise<void>;
  /** A file of the main branch. */
  file(name: string, path: string): Promise<string>;
  /** Opened by Remendo, newest first. */
  pulls(name: string): Promise<readonly PullView[]>;
  /** The reviewer presses the button; answers with the merged commit. */
  merge(name: string, number: number, method: MergeMethod): Promise<string>;
  closePull(name: string, number: number): Promise<void>;
  /** Lets Remendo see that the reviewer may write, so that commands in comments are obeyed. */
  letCommand(name: string): Promise<void>;
  /** A comment of the reviewer. */
  comment(name: string, number: number, body: string): Promise<void>;
  close(): Promise<void>;
}
