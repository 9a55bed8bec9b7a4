import { ok } from '../../domain/result.ts';
import type { ForgeResult } from '../../ports/forge.ts';
import { createTrust } from '../forge/trust.ts';
import type { Client } from './client.ts';
import { below } from './client.ts';
import type { CommentAnswer } from './schema.ts';
import { PermissionAnswer } from './schema.ts';

/**
 * Tells whether the author of a comment may write to the repository. Gitea tells that only to administrators of the
 * repository. Who writes only through a team with rights for single units is called `none` by Gitea 1.26: not trusted
 * either.
 */
export function createCommentTrust(client: Client): (comment: CommentAnswer) => ForgeResult<boolean> {
  const trustOf = createTrust(async (login) => {
    const path = below(client.repo, 'collaborators', login, 'permission');
    const answer = await client.call(`read the permission of ${login}`, PermissionAnswer, { method: 'GET', path });
    return answer.ok ? ok(['owner', 'admin', 'write'].includes(answer.value.permission)) : answer;
  });
  return ({ user }) => trustOf(user);
}
