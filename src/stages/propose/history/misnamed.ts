import { parseImageRef } from '../../../domain/image-ref.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { isNear } from '../similar.ts';

/** Causes that another image can only mend where its registry, or its name too, was misspelt. */
const NAMES: Readonly<Record<string, 'registry' | 'repository'>> = {
  'image/network': 'registry',
  'image/tls': 'registry',
  'image/unauthorized': 'repository',
};

/**
 * Whether the image `now` can be a misspelling of the image `then`, as far as the cause asks: a registry that cannot be reached
 * must differ in the host, one that refuses in the host or the repository. Another tag is no reason for either. True for
 * causes that do not ask.
 */
export function misnamed(cause: string, now: JsonValue | undefined, then: JsonValue | undefined): boolean {
  const what = NAMES[cause];
  if (what === undefined) return true;
  const [a, b] = [now, then].map((image) => (typeof image === 'string' ? parseImageRef(image) : undefined));
  if (!a?.ok || !b?.ok) return false;
  if (isNear(a.value.registry, b.value.registry)) return a.value.repository === b.value.repository;
  return (
    what === 'repository' && a.value.registry === b.value.registry && isNear(a.value.repository, b.value.repository)
  );
}
