/** Takes a text and gives it back without credentials. */
export type Scrub = (text: string) => string;

/** What follows the name of an `Authorization` scheme, wherever it stands. */
const SCHEMES = /(?<=\b(?:bearer|basic|token)\s{1,8})[\w.~+/=-]{16,}/gi;

/** Makes a function that removes a token from a text. Gitea's tokens look like any SHA-1: only the known one can be found. */
export function createScrub(token: string): Scrub {
  return (text) => (token.length < 4 ? text : text.replaceAll(token, '[secret]')).replace(SCHEMES, '[secret]');
}
