import type { ForgeError } from '../../ports/forge.ts';

/**
 * What a status means that is no limit. `text` is what the server says: of a thing that is there already GitHub answers
 * 422, Gitea 409 (for some things 422).
 */
export function codeOf(status: number, text: string): ForgeError['code'] {
  if (status >= 500) return 'unreachable';
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
    case 423: // locked: what Gitea answers for an archived repository
    case 451:
      return 'forbidden';
    case 404:
    case 410:
      return 'not-found';
    case 409:
    case 422:
      if (/already[ _]exists/i.test(text)) return 'exists';
      return status === 409 ? 'conflict' : 'invalid';
    default:
      return 'invalid';
  }
}
