import type { Result } from '../../domain/result.ts';

/** A failure that came faster costs nothing to be had again. In milliseconds. */
const SLOW = 5000;

/**
 * Does something once for each key. What failed is tried again at the next call; what took long to fail, not before the same
 * time has passed once more: many ask for one repository in one pass, and each would wait as long. `now` in milliseconds.
 */
export function createOnce<T, E>(
  now: () => number = () => performance.now(),
): (key: string, make: () => Promise<Result<T, E>>) => Promise<Result<T, E>> {
  const kept = new Map<string, { readonly made: Promise<Result<T, E>>; until: number }>();
  return async (key, make) => {
    const known = kept.get(key);
    if (known && now() < known.until) return known.made;
    const began = now();
    const entry = { made: make(), until: Infinity };
    kept.set(key, entry);
    const result = await entry.made;
    const took = now() - began;
    if (!result.ok) entry.until = took < SLOW ? 0 : now() + took;
    return result;
  };
}
