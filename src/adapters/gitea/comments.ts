import { ok } from '../../domain/result.ts';
import type { Comment, ForgeResult } from '../../ports/forge.ts';
import type { Comments } from '../forge/sticky-comment.ts';
import type { Client } from './client.ts';
import { below } from './client.ts';
import type { Identity } from './identity.ts';
import { CommentAnswer } from './schema.ts';
import { createTrust } from './trust.ts';

/** All comments of a pull request, oldest first: Gitea gives them at once. */
function listComments(client: Client, number: number): ForgeResult<readonly CommentAnswer[]> {
  const path = below(client.repo, 'issues', number, 'comments');
  return client.call(`list the comments of ${number}`, CommentAnswer.array(), { method: 'GET', path });
}

export async function readComments(client: Client, number: number): ForgeResult<readonly Comment[]> {
  const answer = await listComments(client, number);
  if (!answer.ok) return answer;
  const trustOf = createTrust(client);
  const comments = [];
  for (const { id, user: author, body, created_at: createdAt } of answer.value) {
    const trusted = await trustOf(author);
    if (!trusted.ok) return trusted;
    comments.push({ id, author, trusted: trusted.value, body, createdAt });
  }
  return ok(comments);
}

/** Gitea's comments on pull requests, as the sticky comment needs them. */
export function createComments(client: Client, whoAmI: () => ForgeResult<Identity>): Comments {
  return {
    async login() {
      const identity = await whoAmI();
      return identity.ok ? ok(identity.value.login) : identity;
    },
    async list(number) {
      const answer = await listComments(client, number);
      return answer.ok ? ok(answer.value.map(({ id, user, body }) => ({ id, author: user, body }))) : answer;
    },
    create(number, body) {
      const path = below(client.repo, 'issues', number, 'comments');
      return client.call(`comment on ${number}`, CommentAnswer, { method: 'POST', path, body: { body } });
    },
    edit(number, id, body) {
      const path = below(client.repo, 'issues', 'comments', id);
      return client.call(`edit the comment on ${number}`, CommentAnswer, { method: 'PATCH', path, body: { body } });
    },
  };
}
