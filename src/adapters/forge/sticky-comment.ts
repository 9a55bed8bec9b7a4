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
  readonly remove: (number: number, id: number) => ForgeResult<unknown>;
}

/** One comment that is made once and edited from then on. It is known by its marker and by being Remendo's own. */
export function createStickyComment(comments: Comments): ForgeWriter['stickyComment'] {
  const findAll = async (number: number, marker: string): ForgeResult<readonly Written[]> => {
    const identity = await comments.whoAmI();
    if (!identity.ok) return identity;
    const all = await comments.list(number);
    if (!all.ok) return all;
    // Anybody can quote the marker; only one's own comment is edited.
    return ok(all.value.filter(({ user, body }) => user === identity.value.login && body.includes(marker)));
  };
  /** Another process may have commented at the same moment: all of them keep the first, so one is left. */
  const removeOthers = async (number: number, marker: string): Promise<void> => {
    const all = await findAll(number, marker);
    if (all.ok) for (const { id } of all.value.slice(1)) await comments.remove(number, id);
  };
  return async (number, marker, text) => {
    const body = text.includes(marker) ? text : `${marker}\n${text}`;
    const found = await findAll(number, marker);
    if (!found.ok) return found;
    const [old] = found.value;
    if (old === undefined) {
      const made = await comments.create(number, body);
      if (made.ok) {
        await removeOthers(number, marker);
        return ok(undefined);
      }
      if (made.error.code !== 'unreachable') return made;
      const after = await findAll(number, marker);
      return after.ok && after.value.length > 0 ? ok(undefined) : err(made.error);
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
