import { z } from 'zod';

/** The fields of Gitea's answers that Remendo uses, by Gitea's names (modules/structs of its source). */

const Sha = z.string().regex(/^[0-9a-f]{40}$/);

/** `Repository`: what the token may do in it is in `permissions`, absent for strangers. */
export const RepositoryAnswer = z.object({
  default_branch: z.string(),
  archived: z.boolean(),
  /** Kept in step with another repository: nothing can be written. */
  mirror: z.boolean(),
  permissions: z.object({ push: z.boolean() }).nullish(),
});

export type RepositoryAnswer = z.infer<typeof RepositoryAnswer>;

/** Deleted accounts are shown as `Ghost`, imported ones as null. */
const Author = z
  .object({ login: z.string() })
  .nullable()
  .transform((user) => user?.login ?? 'Ghost');

/**
 * A side of a pull request. `label` is the branch; `ref` becomes `refs/pull/NUMBER/head` when the branch is gone. The
 * repository is -1 where a fork was deleted, the SHA empty where Git has lost it.
 */
const Side = z.object({ label: z.string(), ref: z.string(), sha: z.string(), repo_id: z.number() });

/** `PullRequest`. Times are RFC 3339. */
export const PullAnswer = z.object({
  number: z.number(),
  html_url: z.string(),
  state: z.enum(['open', 'closed']),
  title: z.string(),
  body: z.string(),
  user: Author,
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullable(),
  merged: z.boolean(),
  merged_at: z.string().nullable(),
  merge_commit_sha: z.string().nullable(),
  labels: z.array(z.object({ name: z.string() })).nullable(),
  head: Side,
  base: Side,
});
export type PullAnswer = z.infer<typeof PullAnswer>;

/** `ChangedFile`; `previous_filename` of one that was moved. */
export const FileAnswer = z.object({ filename: z.string(), previous_filename: z.string().optional() });

const Person = z.object({ email: z.string() });

/** `Commit`; a first commit may have null in place of parents. */
export const CommitAnswer = z.object({
  sha: Sha,
  commit: z.object({ author: Person, committer: Person, message: z.string() }),
  parents: z.array(z.object({ sha: Sha })).nullable(),
});
export type CommitAnswer = z.infer<typeof CommitAnswer>;

/** `Comment` on an issue or pull request. */
export const CommentAnswer = z.object({ id: z.number(), user: Author, body: z.string(), created_at: z.string() });
export type CommentAnswer = z.infer<typeof CommentAnswer>;

/** `Label`; names are not unique in a repository. */
export const LabelAnswer = z.object({ id: z.number(), name: z.string() });
export type LabelAnswer = z.infer<typeof LabelAnswer>;

/** `Branch`, with what its protection demands as far as the token may know. */
export const BranchAnswer = z.object({
  commit: z.object({ id: Sha }),
  protected: z.boolean(),
  enable_status_check: z.boolean(),
  status_check_contexts: z.array(z.string()).nullable(),
  /** Empty for who may not know it. */
  effective_branch_protection_name: z.string(),
});
export type BranchAnswer = z.infer<typeof BranchAnswer>;

/** `BranchProtection`, for administrators. */
export const ProtectionAnswer = z.object({ require_signed_commits: z.boolean() });

/** A folder is a list. */
export const ContentAnswer = z.union([
  z.object({ type: z.enum(['file', 'dir', 'symlink', 'submodule']), sha: Sha }),
  z.array(z.unknown()).transform(() => ({ type: 'dir' as const, sha: '' })),
]);

/** `Reference`s whose names begin with the one that was asked for. */
export const RefsAnswer = z.array(z.object({ ref: z.string(), object: z.object({ sha: Sha }) }));

/** `FilesResponse`: the commit that a change of files made. */
export const ChangedAnswer = z.object({ commit: z.object({ sha: Sha }) });

/** `RepoCollaboratorPermission`: `owner`, `admin`, `write`, `read` or `none`. */
export const PermissionAnswer = z.object({ permission: z.string() });

/** `User`: the account that asks. */
export const UserAnswer = z.object({ id: z.number(), login: z.string() });

/** `User` as strangers are shown it; the address is the one without a mailbox. */
export const PublicUserAnswer = z.object({ email: z.string() });
/** 204. */
export const Empty = z.undefined();
