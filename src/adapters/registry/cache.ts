import type { Result } from '../../domain/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RegistryError } from '../../ports/registry.ts';

const MAX_ENTRIES = 1000;

/** Remembers answers for `ttlSeconds` (errors for a tenth of it), so that one pass asks a registry once for each thing. */
export function createAnswerCache(
  clock: Clock,
  ttlSeconds: number,
): { once<T>(key: string, ask: () => Promise<Result<T, RegistryError>>): Promise<Result<T, RegistryError>> } {
  const answers = new Map<string, { until: number; answer: Promise<Result<unknown, RegistryError>> }>();
  return {
    once<T>(key: string, ask: () => Promise<Result<T, RegistryError>>): Promise<Result<T, RegistryError>> {
      const now = clock.now().getTime();
      const known = answers.get(key);
      // One key is only ever asked with one type: the key's first word names the question.
      if (known && now < known.until) return known.answer as Promise<Result<T, RegistryError>>;
      const answer = ask();
      const entry = { until: now + ttlSeconds * 1000, answer };
      if (answers.size >= MAX_ENTRIES) answers.delete(answers.keys().next().value ?? '');
      answers.set(key, entry);
      void answer.then(
        (result) => {
          if (!result.ok) entry.until = now + ttlSeconds * 100;
        },
        () => answers.delete(key),
      );
      return answer;
    },
  };
}
