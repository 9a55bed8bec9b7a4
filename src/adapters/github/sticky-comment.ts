import { err, ok } from '../../domain/result.ts';
import type { ForgeResult, ForgeWriter } from '../../ports/forge.ts';
import type { Client } from './client.ts';
import type { Identity } from './identity.ts';
import { readComments } from './reader.ts';
import { CommentAnswer } from './schema.ts';

/** One comment that is made once and edited from then on. It is known by its marker and by being Remendo's own. */
export function createStickyComment(client: Client, whoAmI: () => ForgeResult<Identity>): ForgeWriter['stickyComment'] {
  const { repo } = client;
  const find = async (number: number, marker: string): ForgeResult<CommentAnswer | undefined> => {
    const identity = await whoAmI();
    if (!identity.ok) return identity;
    const { login } = identity.value;
    const comments = await readComments(client, number);
    if (!comments.ok) return comments;
    // Anybody can quote the marker; only one's own comment is edited.
    return ok(comments.value.find(({ user, body }) => user === login && body.includes(marker)));
  };
  return async (number, marker, text) => {
    const body = text.includes(marker) ? text : `${marker}\n${text}`;
    const found = await find(number, marker);
    if (!found.ok) return found;
    const old = found.value;
    if (old === undefined) {
      const made = await client.call(`comment on ${number}`, CommentAnswer, (octokit) =>
        octokit.rest.issues.createComment({ ...repo, issue_number: number, body }),
      );
      if (made.ok || made.error.code !== 'unreachable') return made.ok ? ok(undefined) : made;
      const after = await find(number, marker);
      return after.ok && after.value !== undefined ? ok(undefined) : err(made.error);
    }
    if (plain(old.body) === plain(body)) return ok(undefined);
    const edited = await client.call(`edit the comment on ${number}`, CommentAnswer, (octokit) =>
      octokit.rest.issues.updateComment({ ...repo, comment_id: old.id, body }),
    );
    return edited.ok ? ok(undefined) : edited;
  };
}

/** GitHub may give line ends back as CRLF and without the last one. */
function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}
