import type { ForgeError } from '../../ports/forge.ts';

/** What a forge did not do, and when to come back, in seconds, where it said so. */
export interface ForgeFailure {
  /** For people: what was tried, the forge's words, and what to do. */
  readonly reason: string;
  readonly retryAfter?: number;
}

/** Tells a forge's error; `what` completes "could not ...". */
export function forgeFailure(what: string, { message, code, retryAfter, hint }: ForgeError): ForgeFailure {
  const todo = hint === undefined ? '' : `; ${hint}`;
  const reason = `could not ${what}: ${message} (${code})${todo}`;
  return { reason, ...(retryAfter === undefined ? {} : { retryAfter }) };
}
