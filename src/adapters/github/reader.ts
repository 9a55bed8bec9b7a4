import { ok } from '../../domain/result.ts';
import type { ForgeReader, ForgeResult, PullRequest } from '../../ports/forge.ts';
import { askEach } from '../forge/ask-each.ts';
import type { Client } from './client.ts';
import { readBranchRules } from './branch-rules.ts';
import { createTrust } from './trust.ts';
import type { Identity } from './identity.ts';
import { hasOwnHead, toPullRequest } from './pull-request.ts';
import {
  CommentAnswer,
  CommitAnswer,
  FileAnswer,
  GitCommitAnswer,
  InstallationAnswer,
  PullAnswer,
  RefAnswer,
  RepositoryAnswer,
} from './schema.ts';

const RESULTS = 300;
/** Pull requests that are looked through for a prefix: ten pages. */
const SCANNED = 1000;
const OTHERS = 100;
/** GitHub lists no more files and commits than these. */
const FILES = 3000;
const COMMITS = 250;
const COMMENTS = 1000;
/** The account behind the GITHUB_TOKEN of a workflow. */
const ACTIONS = 'github-actions[bot]';

export function createReader(client: Client, whoAmI: () => ForgeResult<Identity>): ForgeReader {
  const { repo } = client;
  const touchedBy = async ({ number, html_url: url, user: author }: PullAnswer) => {
    const what = `list the files of pull request ${number}`;
    const files = await client.list(what, FileAnswer, FILES, (octokit, page) =>
      octokit.rest.pulls.listFiles({ ...repo, ...page, pull_number: number }),
    );
    if (!files.ok) return files;
    const paths = files.value.items.flatMap((file) => [file.filename, file.previous_filename ?? file.filename]);
    return ok({ number, url, author, files: [...new Set(paths)] });
  };

  return {
    async repository() {
      const answer = await client.call('read the repository', RepositoryAnswer, (octokit) =>
        octokit.rest.repos.get(repo),
      );
      if (!answer.ok) return answer;
      const identity = await whoAmI();
      if (!identity.ok) return identity;
      const { default_branch: defaultBranch, archived, permissions } = answer.value;
      const { login, ownEmails, bot } = identity.value;
      const writes = 'token' in client.auth ? ok(permissions?.push ?? bot) : await installationWrites(client);
      if (!writes.ok) return writes;
      const signing = bot ? 'signed' : 'unsigned';
      const canPush = writes.value && !archived;
      return ok({ defaultBranch, archived, canPush, login, ownEmails, signing, startsChecks: login !== ACTIONS });
    },

    async pullRequests({ headPrefix, state }) {
      const list = (limit: number, head?: string) =>
        client.list('list pull requests', PullAnswer, limit, (octokit, page) =>
          octokit.rest.pulls.list({
            ...repo,
            ...page,
            state,
            sort: 'created',
            direction: 'desc',
            ...(head === undefined ? {} : { head: `${repo.owner}:${head}` }),
          }),
        );
      const recent = await list(SCANNED);
      if (!recent.ok) return recent;
      // In a repository with many pull requests, those of exactly this branch are still found however old they are.
      const exact = recent.value.more && headPrefix !== '' ? await list(RESULTS, headPrefix) : ok({ items: [] });
      if (!exact.ok) return exact;
      const found = new Map<number, PullRequest>();
      for (const answer of [...recent.value.items, ...exact.value.items]) {
        if (hasOwnHead(answer, headPrefix)) found.set(answer.number, toPullRequest(answer));
      }
      return ok([...found.values()].slice(0, RESULTS));
    },

    async pullRequest(number) {
      const answer = await client.call(`read pull request ${number}`, PullAnswer, (octokit) =>
        octokit.rest.pulls.get({ ...repo, pull_number: number }),
      );
      return answer.ok ? ok(toPullRequest(answer.value)) : answer;
    },

    async openFiles(exceptHeadPrefix) {
      const open = await client.list('list open pull requests', PullAnswer, SCANNED, (octokit, page) =>
        octokit.rest.pulls.list({ ...repo, ...page, state: 'open', sort: 'updated', direction: 'desc' }),
      );
      if (!open.ok) return open;
      const others = open.value.items.filter((answer) => !hasOwnHead(answer, exceptHeadPrefix)).slice(0, OTHERS);
      return askEach(others, touchedBy);
    },

    branch: (name) => readBranch(client, name),

    async branchCommit(name) {
      const head = await readBranch(client, name);
      if (!head.ok || head.value === undefined) return head.ok ? ok(undefined) : head;
      const tip = head.value;
      const answer = await client.call(`read commit ${tip.slice(0, 7)}`, GitCommitAnswer, (octokit) =>
        octokit.rest.git.getCommit({ ...repo, commit_sha: tip }),
      );
      if (!answer.ok) return answer;
      const { sha, author, committer, message } = answer.value;
      return ok({ sha, authorEmail: author.email, committerEmail: committer.email, message });
    },

    async commits(number) {
      const answer = await client.list(
        `list the commits of pull request ${number}`,
        CommitAnswer,
        COMMITS,
        (octokit, page) => octokit.rest.pulls.listCommits({ ...repo, ...page, pull_number: number }),
      );
      if (!answer.ok) return answer;
      return ok(
        answer.value.items.map(({ sha, commit }) => ({
          sha,
          authorEmail: commit.author?.email ?? '',
          committerEmail: commit.committer?.email ?? '',
          message: commit.message,
        })),
      );
    },

    branchRules: (branch) => readBranchRules(client, branch),

    async comments(number) {
      const answer = await readComments(client, number);
      if (!answer.ok) return answer;
      const trustOf = createTrust(client);
      const comments = [];
      for (const comment of answer.value) {
        const trusted = await trustOf(comment);
        if (!trusted.ok) return trusted;
        const { id, user: author, body, created_at: createdAt } = comment;
        comments.push({ id, author, trusted: trusted.value, body, createdAt });
      }
      return ok(comments);
    },
  };
}

/** What the App was granted; the repository's own `permissions` speak of people. */
async function installationWrites(client: Client): ForgeResult<boolean> {
  const answer = await client.call('read the installation of the GitHub App', InstallationAnswer, (octokit) =>
    octokit.rest.apps.getRepoInstallation(client.repo),
  );
  if (!answer.ok) return answer;
  const { contents, pull_requests: pulls } = answer.value.permissions;
  return ok(contents === 'write' && pulls === 'write');
}

export async function readBranch(client: Client, name: string): ForgeResult<string | undefined> {
  const answer = await client.call(`read branch ${name}`, RefAnswer, (octokit) =>
    octokit.rest.git.getRef({ ...client.repo, ref: `heads/${name}` }),
  );
  if (answer.ok) return ok(answer.value.object.sha);
  if (answer.error.code !== 'not-found') return answer;
  // 404 is also what a repository answers that the token may not see: only the repository itself can tell.
  const repository = await client.call('read the repository', RepositoryAnswer, (octokit) =>
    octokit.rest.repos.get(client.repo),
  );
  return repository.ok ? ok(undefined) : repository;
}

export async function readComments(client: Client, number: number): ForgeResult<readonly CommentAnswer[]> {
  const answer = await client.list(`list the comments of ${number}`, CommentAnswer, COMMENTS, (octokit, page) =>
    octokit.rest.issues.listComments({ ...client.repo, ...page, issue_number: number }),
  );
  return answer.ok ? ok(answer.value.items) : answer;
}
