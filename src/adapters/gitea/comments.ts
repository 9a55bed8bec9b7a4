import type { Comment, ForgeResult } from '../../ports/forge.ts';
import type { Comments } from '../forge/sticky-comment.ts';
import { withTrust } from '../forge/trust.ts';
import type { Client } from './client.ts';
import { below } from './client.ts';
import type { Identity } from './identity.ts';
import { CommentAnswer, Empty } from './schema.ts';
import { createCommentTrust } from './trust.ts';

/** All comments of a pull request, oldest first: Gitea gives them at once. */
function listComments(client: Client, number: number): ForgeResult<readonly CommentAnswer[]> {
  const path = below(client.repo, 'issues', number, 'comments');
  return client.call(`list the comments of ${number}`, CommentAnswer.array(), { method: 'GET', path });
}

/**
 * Comments of a pull request in the port's words, oldest first, with whether their author may write to the repository.
 */
export async function readComments(client: Client, number: number): ForgeResult<readonly Comment[]> {
  const answer = await listComments(client, number);
  return answer.ok ? withTrust(answer.value, createCommentTrust(client)) : answer;
}

/** Gitea's comments on pull requests, as the sticky comment needs them. */
export function createComments(client: Client, whoAmI: () => ForgeResult<Identity>): Comments {
  return {
    whoAmI,
    list: (number) => listComments(client, number),
    create(number, body) {
      const path = below(client.repo, 'issues', number, 'comments');
      return client.call(`comment on ${number}`, CommentAnswer, { method: 'POST', path, body: { body } });
    },
    edit(number, id, body) {
      const path = below(client.repo, 'issues', 'comments', id);
      return client.call(`edit the comment on ${number}`, CommentAnswer, { method: 'PATCH', path, body: { body } });
    },
    remove(number, id) {
      const path = below(client.repo, 'issues', 'comments', id);
      return client.call(`remove a second comment from ${number}`, Empty, { method: 'DELETE', path });
    },
  };
}
