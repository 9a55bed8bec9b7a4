import { z } from 'zod';

/** The fields of GitHub's answers that Remendo uses, by GitHub's names. */

const Sha = z.string().regex(/^[0-9a-f]{40}$/);

/** "Get a repository": `permissions` are those of the account, absent for strangers. */
export const RepositoryAnswer = z.object({
  default_branch: z.string(),
  archived: z.boolean(),
  permissions: z.object({ push: z.boolean() }).optional(),
});
export type RepositoryAnswer = z.infer<typeof RepositoryAnswer>;

const Login = z.object({ login: z.string() });
/** GitHub answers null for deleted accounts; it shows them as `ghost`. */
const Author = Login.nullable().transform((user) => user?.login ?? 'ghost');

const HeadRepository = z.object({ id: z.number() }).nullable();

/**
 * "Get a pull request", and each of "List pull requests". Times are RFC 3339; the head's repository is null where a
 * fork was deleted.
 */
export const PullAnswer = z.object({
  number: z.number(),
  html_url: z.string(),
  state: z.enum(['open', 'closed']),
  title: z.string(),
  body: z.string().nullable(),
  user: Author,
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullable(),
  merged_at: z.string().nullable(),
  merge_commit_sha: z.string().nullable(),
  labels: z.array(z.object({ name: z.string() })),
  head: z.object({ ref: z.string(), sha: Sha, repo: HeadRepository }),
  base: z.object({ ref: z.string(), sha: Sha, repo: z.object({ id: z.number() }) }),
});
export type PullAnswer = z.infer<typeof PullAnswer>;

/** "List pull requests files"; `previous_filename` of one that was moved. */
export const FileAnswer = z.object({ filename: z.string(), previous_filename: z.string().optional() });

const Person = z.object({ email: z.string().optional() }).nullable();

/** "List commits on a pull request"; author and committer as they stand in the commit. */
export const CommitAnswer = z.object({
  sha: Sha,
  commit: z.object({ author: Person, committer: Person, message: z.string() }),
});

/** "List issue comments": those on the pull request itself, not on its lines. */
export const CommentAnswer = z.object({
  id: z.number(),
  user: Author,
  author_association: z.string().default('NONE'),
  body: z.string().default(''),
  created_at: z.string(),
});
export type CommentAnswer = z.infer<typeof CommentAnswer>;

/** "Get a label". */
export const LabelAnswer = z.object({ name: z.string() });

/** "Get a reference". */
export const RefAnswer = z.object({ ref: z.string(), object: z.object({ sha: Sha }) });

/** What "Create a blob", "Create a tree" and "Create a commit" answer, as far as it is used. */
export const ShaAnswer = z.object({ sha: Sha });

/** "Get a commit object" of the Git database. */
export const GitCommitAnswer = z.object({
  sha: Sha,
  tree: z.object({ sha: Sha }),
  author: z.object({ email: z.string() }),
  committer: z.object({ email: z.string() }),
  message: z.string(),
});

/** "Get a tree": one folder; `mode` is Git's, such as `100644`. */
export const TreeAnswer = z.object({
  sha: Sha,
  truncated: z.boolean(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string() })),
});

/** "Get repository permissions for a user": `admin`, `maintain`, `write`, `triage`, `read` or `none`. */
export const PermissionAnswer = z.object({ permission: z.string() });

/** "Get the authenticated user", and "Get a user". */
export const UserAnswer = z.object({ login: z.string(), id: z.number() });

/** "Get the authenticated app": its account is `SLUG[bot]`. */
export const AppAnswer = z.object({ slug: z.string() });

/** "Get a repository installation for the authenticated app", with what it was granted. */
export const InstallationAnswer = z.object({ id: z.number(), permissions: z.record(z.string(), z.string()) });

/** `viewer` of the GraphQL API: who an installation token is. */
export const ViewerAnswer = z.object({ viewer: z.object({ login: z.string(), databaseId: z.number() }) });
/** 204: Octokit gives an empty text. */
export const Empty = z.union([z.literal(''), z.undefined()]);
