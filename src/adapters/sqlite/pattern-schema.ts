import { z } from 'zod';
import { JsonValueSchema } from '../../domain/kubernetes/json-schema.ts';
import type { Pattern } from '../../domain/pattern.ts';

const place = { inContainer: z.boolean(), field: z.string() };

/** A pattern as it is stored. */
const StoredPattern = z.object({
  id: z.string(),
  kind: z.string(),
  cause: z.string(),
  shape: z.array(z.string()),
  change: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('multiply'), ...place, factor: z.number() }),
      z.object({ kind: z.literal('set'), ...place, from: JsonValueSchema, value: JsonValueSchema }),
      z.object({ kind: z.literal('remove'), ...place, from: JsonValueSchema }),
    ]),
  ),
  verified: z.number(),
  refuted: z.number(),
  rejected: z.number(),
  lastOutcomeAt: z.string(),
  sources: z.array(z.string()),
});

/** Reads a stored pattern; undefined where another version wrote it and it cannot be understood. */
export function parsePattern(body: string): Pattern | undefined {
  try {
    return StoredPattern.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
