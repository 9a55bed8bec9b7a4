import { ok } from '../../domain/result.ts';
import type { ForgeResult } from '../../ports/forge.ts';
import type { Client } from './client.ts';
import type { CommentAnswer } from './schema.ts';
import { PermissionAnswer } from './schema.ts';

/** Associations that may come with the right to write; a MEMBER or COLLABORATOR may also only be a reader. */
const MAYBE_WRITER = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);

/**
 * Tells whether the author of a comment may write to the repository. Where GitHub will not say, the answer is no; where it
 * could not be asked, that is an error, so that a command is neither obeyed nor dropped by accident. Each author is
 * asked about once: make one for each reading.
 */
export function createTrust(client: Client): (comment: CommentAnswer) => ForgeResult<boolean> {
  const asked = new Map<string, ForgeResult<boolean>>();
  const ask = async (user: string): ForgeResult<boolean> => {
    const answer = await client.call(`read the permission of ${user}`, PermissionAnswer, (octokit) =>
      octokit.rest.repos.getCollaboratorPermissionLevel({ ...client.repo, username: user }),
    );
    if (answer.ok) return ok(['admin', 'maintain', 'write'].includes(answer.value.permission));
    return answer.error.code === 'forbidden' || answer.error.code === 'not-found' ? ok(false) : answer;
  };
  return ({ user, author_association: association }) => {
    if (!MAYBE_WRITER.has(association) || user === 'ghost') return Promise.resolve(ok(false));
    const answer = asked.get(user) ?? ask(user);
    asked.set(user, answer);
    return answer;
  };
}
