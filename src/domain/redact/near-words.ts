import { looksRandom, REDACTED } from './secret-value.ts';

const WORD =
  /pass(?:word|wd|phrase)|secret|token|credential|api[-_ ]?key|(?:access|private|encryption|signing)[-_ ]?key|bearer|authori[sz]ation|hmac/gi;
const CANDIDATE = /[A-Za-z0-9+/_=.:~-]{16,}/g;
/** How far before a token, on the same line, a telling word may stand. */
const NEAR = 48;
/** Plain hex is what revisions and digests look like too: there the word must stand right before. */
const NEAR_HEX = 10;

/** Hides long random tokens that follow a word such as `secret` or `token` on the same line. */
export function redactNearWords(text: string): string {
  const ends: number[] = [];
  for (const match of text.matchAll(WORD)) ends.push(match.index + match[0].length);
  if (ends.length === 0) return text;
  let next = 0;
  let last = -1;
  return text.replace(CANDIDATE, (token: string, at: number) => {
    for (; next < ends.length && (ends[next] ?? 0) <= at; next++) last = ends[next] ?? -1;
    const distance = last < 0 ? Infinity : at - last;
    const near = /^[0-9a-f]+$/i.test(token) ? NEAR_HEX : NEAR;
    if (distance > near || text.slice(last, at).includes('\n')) return token;
    return !isName(token) && looksRandom(token) ? REDACTED : token;
  });
}

/** Names that Kubernetes, registries and files have: small letters in parts, an image with a tag or digest, a URL or path. */
function isName(token: string): boolean {
  if (token.includes('sha256:') || token.includes('://')) return true;
  return token.split(/[/.:=_-]+/).every((part) => part.length < 16 || /^[a-z]+$/i.test(part));
}
