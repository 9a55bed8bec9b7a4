import { ok } from '../../domain/result.ts';
import type { ForgeReader, ForgeResult, PullRequest } from '../../ports/forge.ts';
import { filesOf } from '../forge/files-of.ts';
import { COMMITS, FILES, RESULTS, SCANNED } from '../forge/limits.ts';
import { BRIEF, readBranch, readBranchRules, readCommit, readRepository, toForgeCommit } from './branch.ts';
import type { Client } from './client.ts';
import { below } from './client.ts';
import { readComments } from './comments.ts';
import type { Identity } from './identity.ts';
import { hasOwnHead, toPullRequest, withItsHead } from './pull-request.ts';
import { CommitAnswer, FileAnswer, PullAnswer } from './schema.ts';

/** The account behind the token of a workflow (models/user/user_system.go): what it does starts no workflows. */
const ACTIONS = 'gitea-actions';

/** Reads one repository of a Gitea. */
export function createReader(client: Client, whoAmI: () => ForgeResult<Identity>): ForgeReader {
  const pulls = below(client.repo, 'pulls');
  return {
    async repository() {
      const answer = await readRepository(client);
      if (!answer.ok) return answer;
      const identity = await whoAmI();
      if (!identity.ok) return identity;
      const { default_branch: defaultBranch, archived, mirror, permissions } = answer.value;
      const { login, ownEmails, mayBeSigned } = identity.value;
      const canPush = permissions?.push === true && !archived && !mirror;
      const signing = mayBeSigned ? 'unknown' : 'unsigned';
      return ok({ defaultBranch, archived, canPush, login, ownEmails, signing, startsChecks: login !== ACTIONS });
    },

    async pullRequests({ headPrefix, state }) {
      const list = (query: Readonly<Record<string, string>>) =>
        client.list('list pull requests', PullAnswer, SCANNED, { path: pulls, query: { state, ...query } });
      const recent = await list({});
      if (!recent.ok) return recent;
      const answers = [...recent.value.items];
      if (recent.value.more) {
        // In a repository with many pull requests, one's own are still found however old they are.
        const identity = await whoAmI();
        if (!identity.ok) return identity;
        const own = await list({ poster: identity.value.login });
        if (!own.ok) return own;
        answers.push(...own.value.items);
      }
      const found = new Map<number, PullRequest>();
      for (const answer of answers) if (hasOwnHead(answer, headPrefix)) found.set(answer.number, toPullRequest(answer));
      return ok([...found.values()].slice(0, RESULTS));
    },

    async pullRequest(number) {
      const request = { method: 'GET', path: below(pulls, number) } as const;
      const answer = await client.call(`read pull request ${number}`, PullAnswer, request);
      return answer.ok ? withItsHead(client, answer.value) : answer;
    },

    async openFiles(exceptHeadPrefix) {
      const query = { state: 'open', sort: 'recentupdate' };
      const open = await client.list('list open pull requests', PullAnswer, SCANNED, { path: pulls, query });
      if (!open.ok) return open;
      const others = open.value.items.filter((answer) => !hasOwnHead(answer, exceptHeadPrefix));
      return filesOf(others, (number) => {
        const path = below(pulls, number, 'files');
        return client.list(`list the files of pull request ${number}`, FileAnswer, FILES, { path });
      });
    },

    branch: (name) => readBranch(client, name),

    async branchCommit(name) {
      const head = await readBranch(client, name);
      if (!head.ok || head.value === undefined) return head.ok ? ok(undefined) : head;
      const answer = await readCommit(client, head.value);
      return answer.ok ? ok(toForgeCommit(answer.value)) : answer;
    },

    async commits(number) {
      const what = `list the commits of pull request ${number}`;
      const path = below(pulls, number, 'commits');
      const answer = await client.list(what, CommitAnswer, COMMITS, { path, query: BRIEF });
      // Gitea gives the newest first.
      return answer.ok ? ok(answer.value.items.toReversed().map(toForgeCommit)) : answer;
    },

    comments: (number) => readComments(client, number),
    branchRules: (branch) => readBranchRules(client, branch),
  };
}
