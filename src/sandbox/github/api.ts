import type { Fault } from './faults.ts';
import type { MergeMethod } from './merge.ts';
import type { Exchange, SandboxRequest } from './server.ts';
import type { AppPermissions, Role } from './state.ts';

/** A commit that somebody makes by hand. */
export interface CommitFiles {
  readonly branch: string;
  /** Content by path; null deletes. An object gives the file mode too. */
  readonly files: Readonly<Record<string, string | null | { readonly content: string; readonly mode: string }>>;
  readonly message: string;
  readonly author?: { readonly name: string; readonly email: string };
  /** `now()` unless given. */
  readonly date?: Date;
  /** Branch or SHA that the commit stands on, instead of the branch's head: rewrites the branch. */
  readonly from?: string;
  /** The author edited in the browser: GitHub is the committer. */
  readonly web?: boolean;
}

/** Where the sandbox's repositories lie, and what a test may hook into. */
export interface GitHubSandboxOptions {
  /** Bare repositories are made here, as `owner/name.git`. */
  readonly directory: string;
  /** Dates everything that is written; tokens expire by the real clock. */
  readonly now?: () => Date;
  /** Called before each request, with its number from 1: a test can end its client here. */
  readonly onRequest?: (n: number, request: SandboxRequest) => void | Promise<void>;
  /** Called with each answered request; git's own come without bodies. For contract tests. */
  readonly onResponse?: (exchange: Exchange) => void;
}

/** An account, and a token of it. */
export interface Credential {
  readonly login: string;
  readonly token: string;
}

/** A pull request as the sandbox's owner sees it. */
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

/** A GitHub of one's own: the REST API and git over HTTP on one port, over bare repositories on disk. */
export interface GitHubSandbox {
  /** Starts on a free port of an address of this machine, 127.0.0.1 unless given. `url` is the API's base; `gitUrl` gives a repository's clone URL (no credentials in it). */
  listen(hostname?: string): Promise<{ url: string; host: string; gitUrl(owner: string, name: string): string }>;
  close(): Promise<void>;
  /** Both hold the role `write` on every repository: the account of Remendo, and a person who reviews. */
  readonly bot: Credential;
  readonly reviewer: Credential;
  createRepository(
    owner: string,
    name: string,
    options: { readonly files: CommitFiles['files']; readonly private?: boolean; readonly defaultBranch?: string },
  ): Promise<{ sha: string }>;
  /** A person without any role until `grant`; `memberOf` names organizations. */
  addUser(login: string, options?: { readonly email?: string; readonly memberOf?: readonly string[] }): Credential;
  grant(owner: string, name: string, login: string, role: Role): void;
  /** An App installed on all repositories of `owner`. */
  addApp(app: {
    readonly slug: string;
    readonly owner: string;
    /** PEM. */
    readonly publicKey: string;
    readonly permissions?: AppPermissions;
  }): { appId: number; installationId: number; login: string };
  archive(owner: string, name: string): void;
  /** A commit as somebody pushes it: on top of the branch, or of `from` where the branch is new or is to be rewritten. */
  commitFiles(owner: string, name: string, commit: CommitFiles): Promise<string>;
  deleteBranch(owner: string, name: string, branch: string): Promise<void>;
  pulls(owner: string, name: string): Promise<readonly PullView[]>;
  /** A person's pull request; `fork` puts its head into a fork of that person (`deleted`: which is gone by now). */
  openPull(
    owner: string,
    name: string,
    pull: {
      readonly by: string;
      readonly title: string;
      readonly head: string;
      readonly base?: string;
      readonly fork?: 'present' | 'deleted';
    },
  ): Promise<number>;
  /** Answers with the merge commit's SHA; throws where the pull request is not open or conflicts. */
  merge(
    owner: string,
    name: string,
    number: number,
    options?: { readonly method?: MergeMethod; readonly by?: string },
  ): Promise<string>;
  closePull(owner: string, name: string, number: number): Promise<void>;
  comment(owner: string, name: string, number: number, by: string, body: string): Promise<number>;
  fault(fault: Fault): void;
  /** Answered requests, oldest first; the last 10,000. */
  readonly requests: readonly (SandboxRequest & { readonly status: number })[];
  /** Where the bare repository is on disk. */
  repositoryPath(owner: string, name: string): string;
}
