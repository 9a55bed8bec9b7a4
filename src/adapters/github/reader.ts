import { ok } from '../../domain/result.ts';
import type { ForgeReader, ForgeResult, PullRequest } from '../../ports/forge.ts';
import { orAbsent } from '../forge/branch.ts';
import { filesOf } from '../forge/files-of.ts';
import { COMMITS, FILES, RESULTS, SCANNED } from '../forge/limits.ts';
import { readBranchRules } from './branch-rules.ts';
import type { Client } from './client.ts';
import { readComments } from './comments.ts';
import type { Identity } from './identity.ts';
import { hasOwnHead, toPullRequest } from './pull-request.ts';
import {
  CommitAnswer,
  FileAnswer,
  GitCommitAnswer,
  InstallationAnswer,
  PullAnswer,
  RefAnswer,
  RepositoryAnswer,
} from './schema.ts';

/** The account behind the GITHUB_TOKEN of a workflow. */
const ACTIONS = 'github-actions[bot]';

/** Reads one repository of a GitHub. */
export function createReader(client: Client, whoAmI: () => ForgeResult<Identity>): ForgeReader {
  const { repo } = client;

  return {
    async repository() {
      const answer = await readRepository(client);
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
      const others = open.value.items.filter((answer) => !hasOwnHead(answer, exceptHeadPrefix));
      return filesOf(others, (number) =>
        client.list(`list the files of pull request ${number}`, FileAnswer, FILES, (octokit, page) =>
          octokit.rest.pulls.listFiles({ ...repo, ...page, pull_number: number }),
        ),
      );
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

    comments: (number) => readComments(client, number),
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

function readRepository(client: Client): ForgeResult<RepositoryAnswer> {
  return client.call('read the repository', RepositoryAnswer, (octokit) => octokit.rest.repos.get(client.repo));
}

/** SHA of a branch; undefined where there is none. */
export async function readBranch(client: Client, name: string): ForgeResult<string | undefined> {
  const answer = await client.call(`read branch ${name}`, RefAnswer, (octokit) =>
    octokit.rest.git.getRef({ ...client.repo, ref: `heads/${name}` }),
  );
  const found = await orAbsent(answer, () => readRepository(client));
  return found.ok ? ok(found.value?.object.sha) : found;
}
