import { wholeAnswer } from '../connection/whole-answer.ts';

/** An answer of a few thousand tokens has some ten kilobytes; what is larger is no answer. */
const MOST_BYTES = 4 * 1024 ** 2;

/** fetch, but an answer may not be endless, and a redirect is an error: the key goes to the configured host only. */
export async function limitedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  return wholeAnswer(await fetch(input, { ...init, redirect: 'error' }), MOST_BYTES);
}
