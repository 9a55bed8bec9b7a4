import type { BareRepository } from './bare-repository.ts';

/** A user, an organisation or a bot. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Bot' | 'Organization';
  readonly name: string;
  /** Public e-mail; null where the account shows none. */
  readonly email: string | null;
  /** Logins of organizations that the account is a member of. */
  readonly memberOf: ReadonlySet<string>;
}

/** Roles in a repository, each with all that the one before it can. */
export const ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;

/** A role in a repository. */
export type Role = (typeof ROLES)[number];

/** Permissions of a GitHub App that the simulator knows. */
export type AppArea = 'contents' | 'pull_requests' | 'issues' | 'metadata';

/** What a GitHub App was granted, by area. */
export type AppPermissions = Readonly<Partial<Record<AppArea, 'read' | 'write'>>>;

/** A GitHub App. */
export interface GitHubApp {
  readonly id: number;
  readonly slug: string;
  readonly installationId: number;
  /** PEM. */
  readonly publicKey: string;
  readonly permissions: AppPermissions;
  readonly bot: Account;
  /** Owner whose repositories it is installed on. */
  readonly owner: string;
}

/** Whom a request speaks for. */
export type Actor =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly account: Account }
  | { readonly kind: 'app'; readonly app: GitHubApp }
  | { readonly kind: 'installation'; readonly app: GitHubApp; readonly account: Account; readonly expires: number };

/** A label of a repository. */
export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

/** A comment on a pull request. */
export interface IssueComment {
  readonly id: number;
  readonly account: Account;
  readonly createdAt: Date;
  body: string;
  updatedAt: Date;
}

/** A pull request. */
export interface Pull {
  readonly id: number;
  readonly number: number;
  readonly account: Account;
  readonly createdAt: Date;
  readonly draft: boolean;
  readonly head: { readonly ref: string; sha: string };
  readonly base: { readonly ref: string; sha: string };
  /** Set where the head branch lives in a fork: its owner and repository id; `deleted` forks answer `repo: null`. */
  readonly fork?: { readonly owner: Account; readonly id: number; readonly deleted: boolean };
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  updatedAt: Date;
  closedAt?: Date;
  merged?: { readonly at: Date; readonly by: Account; readonly sha: string };
  readonly labels: Set<string>;
  readonly comments: IssueComment[];
  /** The last trial merge, by the commits that it was made of. */
  trial?: { readonly of: string; readonly sha: string | undefined };
}

/** A repository, with its pull requests and rules. */
export interface Repository {
  readonly id: number;
  readonly owner: Account;
  readonly name: string;
  readonly private: boolean;
  archived: boolean;
  readonly defaultBranch: string;
  readonly createdAt: Date;
  pushedAt: Date;
  readonly git: BareRepository;
  readonly roles: Map<string, Role>;
  readonly labels: Map<string, Label>;
  readonly pulls: Map<number, Pull>;
  nextNumber: number;
  /** Work on one repository is done one after the other; this is the end of the line. */
  last: Promise<unknown>;
}

/** Everything that the simulated GitHub knows. Logins and names are kept in lower case as keys. */
export interface World {
  readonly now: () => Date;
  readonly accounts: Map<string, Account>;
  /** Users' tokens and installation tokens. */
  readonly tokens: Map<string, Actor>;
  readonly apps: Map<number, GitHubApp>;
  readonly repositories: Map<string, Repository>;
  readonly rate: Map<string, number>;
  nextId(): number;
}

/** Begins with nobody and nothing. */
export function createWorld(now: () => Date): World {
  let id = 1000;
  return {
    now,
    accounts: new Map(),
    tokens: new Map(),
    apps: new Map(),
    repositories: new Map(),
    rate: new Map(),
    nextId: () => ++id,
  };
}

/** Equal for all ways to write a repository's name. */
export function repositoryKey(owner: string, name: string): string {
  return `${owner}/${name}`.toLowerCase();
}

/** Runs `work` after all earlier work on the same repository. */
export function inTurn<T>(repository: Repository, work: () => Promise<T>): Promise<T> {
  const turn = repository.last.then(work, work);
  repository.last = turn.catch(() => undefined);
  return turn;
}

/** The address under which GitHub hides an account's e-mail. */
export function noreplyAddress(account: Account): string {
  return `${account.id}+${account.login}@users.noreply.github.com`;
}
