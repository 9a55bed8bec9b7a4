import { err, ok } from '../../domain/result.ts';
import type { ForgeResult, ForgeWriter } from '../../ports/forge.ts';
import type { Client } from './client.ts';
import { createComments } from './comments.ts';
import { createCommit } from './commit.ts';
import type { Identity } from './identity.ts';
import { setLabels } from './labels.ts';
import { hasOwnHead, toPullRequest } from './pull-request.ts';
import { readBranch } from './reader.ts';
import { Empty, PullAnswer } from './schema.ts';
import { createStickyComment } from '../forge/sticky-comment.ts';

/**
 * Writes to one repository of a GitHub. After a lost answer it looks whether the write was done, and sends nothing
 * twice.
 */
export function createWriter(client: Client, whoAmI: () => ForgeResult<Identity>): ForgeWriter {
  const { repo } = client;
  return {
    commit: createCommit(client, whoAmI),

    async createPullRequest({ title, body, head, base }) {
      const made = await client.call('open the pull request', PullAnswer, (octokit) =>
        octokit.rest.pulls.create({ ...repo, title, body, head, base }),
      );
      if (made.ok) return ok(toPullRequest(made.value));
      if (made.error.code !== 'unreachable') return made;
      // The answer was lost, the work may have been done: it is looked for before anybody sends it again.
      const open = await client.call('look for the pull request', PullAnswer.array(), (octokit) =>
        octokit.rest.pulls.list({ ...repo, state: 'open', head: `${repo.owner}:${head}`, base }),
      );
      const found = open.ok ? open.value.find((pull) => hasOwnHead(pull, head) && pull.head.ref === head) : undefined;
      return found ? ok(toPullRequest(found)) : made;
    },

    async updatePullRequest(number, change) {
      const answer = await client.call(`update pull request ${number}`, PullAnswer, (octokit) =>
        octokit.rest.pulls.update({ ...repo, pull_number: number, ...change }),
      );
      return answer.ok ? ok(undefined) : answer;
    },

    setLabels: (number, labels) => setLabels(client, number, labels),
    stickyComment: createStickyComment(createComments(client, whoAmI)),

    async deleteBranch(name) {
      const answer = await client.call(`delete branch ${name}`, Empty, (octokit) =>
        octokit.rest.git.deleteRef({ ...repo, ref: `heads/${name}` }),
      );
      if (answer.ok) return ok(undefined);
      if (answer.error.code !== 'invalid' && answer.error.code !== 'unreachable') return answer;
      const left = await readBranch(client, name);
      return left.ok && left.value === undefined ? ok(undefined) : err(answer.error);
    },
  };
}
