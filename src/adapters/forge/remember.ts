import { ok } from '../../domain/result.ts';
import type { ForgeResult } from '../../ports/forge.ts';

/** Asks until there is an answer, and gives that one from then on; failures are not remembered. */
export function remember<T extends object>(ask: () => ForgeResult<T>): () => ForgeResult<T> {
  let known: T | undefined;
  return async () => {
    if (known) return ok(known);
    const found = await ask();
    if (found.ok) known = found.value;
    return found;
  };
}
