import { ok } from '../../domain/result.ts';
import type { Comment, ForgeResult } from '../../ports/forge.ts';
import type { Comments } from '../forge/sticky-comment.ts';
import { withTrust } from '../forge/trust.ts';
import type { Client } from './client.ts';
import type { Identity } from './identity.ts';
import { CommentAnswer, Empty } from './schema.ts';
import { createCommentTrust } from './trust.ts';

const MOST = 1000;

/** Comments of a pull request, oldest first. */
async function listComments(client: Client, number: number): ForgeResult<readonly CommentAnswer[]> {
  const answer = await client.list(`list the comments of ${number}`, CommentAnswer, MOST, (octokit, page) =>
    octokit.rest.issues.listComments({ ...client.repo, ...page, issue_number: number }),
  );
  return answer.ok ? ok(answer.value.items) : answer;
}

/**
 * Comments of a pull request in the port's words, oldest first, with whether their author may write to the repository.
 */
export async function readComments(client: Client, number: number): ForgeResult<readonly Comment[]> {
  const answer = await listComments(client, number);
  return answer.ok ? withTrust(answer.value, createCommentTrust(client)) : answer;
}

/** GitHub's comments on pull requests, as the sticky comment needs them. */
export function createComments(client: Client, whoAmI: () => ForgeResult<Identity>): Comments {
  const { repo } = client;
  return {
    whoAmI,
    list: (number) => listComments(client, number),
    create: (number, body) =>
      client.call(`comment on ${number}`, CommentAnswer, (octokit) =>
        octokit.rest.issues.createComment({ ...repo, issue_number: number, body }),
      ),
    edit: (number, id, body) =>
      client.call(`edit the comment on ${number}`, CommentAnswer, (octokit) =>
        octokit.rest.issues.updateComment({ ...repo, comment_id: id, body }),
      ),
    remove: (number, id) =>
      client.call(`remove a second comment from ${number}`, Empty, (octokit) =>
        octokit.rest.issues.deleteComment({ ...repo, comment_id: id }),
      ),
  };
}
