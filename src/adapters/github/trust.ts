import { ok } from '../../domain/result.ts';
import type { ForgeResult } from '../../ports/forge.ts';
import { createTrust } from '../forge/trust.ts';
import type { Client } from './client.ts';
import type { CommentAnswer } from './schema.ts';
import { PermissionAnswer } from './schema.ts';

/** Associations that may come with the right to write; a MEMBER or COLLABORATOR may also only be a reader. */
const MAYBE_WRITER = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);

/** Tells whether the author of a comment may write to the repository. */
export function createCommentTrust(client: Client): (comment: CommentAnswer) => ForgeResult<boolean> {
  const trustOf = createTrust(async (username) => {
    const answer = await client.call(`read the permission of ${username}`, PermissionAnswer, (octokit) =>
      octokit.rest.repos.getCollaboratorPermissionLevel({ ...client.repo, username }),
    );
    return answer.ok ? ok(['admin', 'maintain', 'write'].includes(answer.value.permission)) : answer;
  });
  return ({ user, author_association: association }) =>
    MAYBE_WRITER.has(association) && user !== 'ghost' ? trustOf(user) : Promise.resolve(ok(false));
}
