/** Tokens of GitHub, JWTs, and what follows `Authorization:` schemes, wherever they stand in a text. */
const SHAPES = [
  /\b(?:gh[a-z]_[A-Za-z0-9_]{10,}|github_pat_[A-Za-z0-9_]{10,})/g,
  /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+/g,
  /(?<=\b(?:bearer|basic|token)\s{1,8})[\w.~+/=-]{16,}/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** Takes a text and gives it back without credentials. */
export type Scrub = (text: string) => string;

/** Makes a function that removes the given secrets, and everything that looks like one of GitHub's, from a text. */
export function createScrub(secrets: readonly string[]): Scrub {
  const known = secrets.filter((secret) => secret.length >= 4);
  return (text) => {
    const without = known.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
    return SHAPES.reduce((rest, shape) => rest.replace(shape, '[secret]'), without);
  };
}
