import { ok } from '../../domain/result.ts';
import type { ForgeResult } from '../../ports/forge.ts';
import type { Comments } from '../forge/sticky-comment.ts';
import type { Client } from './client.ts';
import type { Identity } from './identity.ts';
import { readComments } from './reader.ts';
import { CommentAnswer } from './schema.ts';

/** GitHub's comments on pull requests, as the sticky comment needs them. */
export function createComments(client: Client, whoAmI: () => ForgeResult<Identity>): Comments {
  const { repo } = client;
  return {
    async login() {
      const identity = await whoAmI();
      return identity.ok ? ok(identity.value.login) : identity;
    },
    async list(number) {
      const answer = await readComments(client, number);
      return answer.ok ? ok(answer.value.map(({ id, user, body }) => ({ id, author: user, body }))) : answer;
    },
    create: (number, body) =>
      client.call(`comment on ${number}`, CommentAnswer, (octokit) =>
        octokit.rest.issues.createComment({ ...repo, issue_number: number, body }),
      ),
    edit: (number, id, body) =>
      client.call(`edit the comment on ${number}`, CommentAnswer, (octokit) =>
        octokit.rest.issues.updateComment({ ...repo, comment_id: id, body }),
      ),
  };
}
