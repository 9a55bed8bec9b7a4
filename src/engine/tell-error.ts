import type { ForgeError } from '../ports/forge.ts';

/** What an unexpected error says, for a log or a report. */
export function tellError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** What a forge's error says, and what to do about it, in one line. `rights` is what the credential needs. */
export function tellForgeError({ code, message, hint }: ForgeError, rights: string): string {
  const todo = hint ?? (code === 'forbidden' || code === 'not-found' ? rights : undefined);
  return todo === undefined ? message : `${message}; ${todo}`;
}
