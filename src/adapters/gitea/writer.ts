import { err, ok } from '../../domain/result.ts';
import type { ForgeResult, ForgeWriter } from '../../ports/forge.ts';
import { createStickyComment } from '../forge/sticky-comment.ts';
import { readBranch } from './branch.ts';
import type { Client } from './client.ts';
import { below } from './client.ts';
import { createComments } from './comments.ts';
import { createCommit } from './commit.ts';
import type { Identity } from './identity.ts';
import { setLabels } from './labels.ts';
import { hasOwnHead, toPullRequest } from './pull-request.ts';
import { Empty, PullAnswer } from './schema.ts';

/** A pull request that was just opened is among these. */
const RECENT = 100;

/**
 * Writes to one repository of a Gitea. After a lost answer it looks whether the write was done, and sends nothing
 * twice.
 */
export function createWriter(client: Client, whoAmI: () => ForgeResult<Identity>): ForgeWriter {
  const pulls = below(client.repo, 'pulls');
  return {
    commit: createCommit(client, whoAmI),

    async createPullRequest(request) {
      const made = await client.call('open the pull request', PullAnswer, {
        method: 'POST',
        path: pulls,
        body: request,
      });
      if (made.ok) return ok(toPullRequest(made.value));
      const { code } = made.error;
      if (code === 'not-found') return (await missingBranch(client, [request.head, request.base])) ?? made;
      if (code !== 'unreachable') return made;
      // The answer was lost, the work may have been done: it is looked for before anybody sends it again.
      const query = { state: 'open' };
      const open = await client.list('look for the pull request', PullAnswer, RECENT, { path: pulls, query });
      const found = open.ok
        ? open.value.items.find((pull) => hasOwnHead(pull, '') && isFor(pull, request.head, request.base))
        : undefined;
      return found ? ok(toPullRequest(found)) : made;
    },

    async updatePullRequest(number, change) {
      const request = { method: 'PATCH', path: below(pulls, number), body: change } as const;
      const answer = await client.call(`update pull request ${number}`, PullAnswer, request);
      return answer.ok ? ok(undefined) : answer;
    },

    setLabels: (number, labels) => setLabels(client, number, labels),
    stickyComment: createStickyComment(createComments(client, whoAmI)),

    async deleteBranch(name) {
      const request = { method: 'DELETE', path: below(client.repo, 'branches', name) } as const;
      const answer = await client.call(`delete branch ${name}`, Empty, request);
      if (answer.ok) return ok(undefined);
      if (answer.error.code !== 'not-found' && answer.error.code !== 'unreachable') return answer;
      const left = await readBranch(client, name);
      return left.ok && left.value === undefined ? ok(undefined) : err(answer.error);
    },
  };
}

function isFor({ head, base }: PullAnswer, headBranch: string, baseBranch: string): boolean {
  return head.label === headBranch && base.ref === baseBranch;
}

/** Gitea says "not found" of a branch as of a repository. Undefined where all branches are there. */
async function missingBranch(
  client: Client,
  names: readonly string[],
): Promise<Awaited<ForgeResult<never>> | undefined> {
  for (const name of names) {
    const head = await readBranch(client, name);
    if (!head.ok) return head;
    if (head.value === undefined) {
      return err({ code: 'invalid', message: `could not open the pull request: there is no branch ${name}` });
    }
  }
  return undefined;
}
