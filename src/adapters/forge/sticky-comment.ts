import { err, ok } from '../../domain/result.ts';
import type { ForgeResult, ForgeWriter } from '../../ports/forge.ts';

interface Written {
  readonly id: number;
  readonly user: string;
  readonly body: string;
}

/** What a forge's comments need to be able to do. Nothing here is repeated: a lost answer is `unreachable`. */
export interface Comments {
  /** Whom the credential acts as. */
  readonly whoAmI: () => ForgeResult<{ readonly login: string }>;
  readonly list: (number: number) => ForgeResult<readonly Written[]>;
  readonly create: (number: number, body: string) => ForgeResult<unknown>;
  readonly edit: (number: number, id: number, body: string) => ForgeResult<unknown>;
}

/** One comment that is made once and edited from then on. It is known by its marker and by being Remendo's own. */
export function createStickyComment(comments: Comments): ForgeWriter['stickyComment'] {
  const find = async (number: number, marker: string): ForgeResult<Written | undefined> => {
    const identity = await comments.whoAmI();
    if (!identity.ok) return identity;
    const all = await comments.list(number);
    if (!all.ok) return all;
    // Anybody can quote the marker; only one's own comment is edited.
    return ok(all.value.find(({ user, body }) => user === identity.value.login && body.includes(marker)));
  };
  return async (number, marker, text) => {
    const body = text.includes(marker) ? text : `${marker}\n${text}`;
    const found = await find(number, marker);
    if (!found.ok) return found;
    const old = found.value;
    if (old === undefined) {
      const made = await comments.create(number, body);
      if (made.ok || made.error.code !== 'unreachable') return made.ok ? ok(undefined) : made;
      const after = await find(number, marker);
      return after.ok && after.value !== undefined ? ok(undefined) : err(made.error);
    }
    if (plain(old.body) === plain(body)) return ok(undefined);
    const edited = await comments.edit(number, old.id, body);
    return edited.ok ? ok(undefined) : edited;
  };
}

/** Forges may give line ends back as CRLF and without the last one. */
function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}
