import { z } from 'zod';
import { CHECK_CODES, CHECK_NAMES } from '../domain/proof.ts';

/** A proof as `scan` and `trace` print it. */
export const ProofOut = z.object({
  verdict: z.enum(['proven', 'refused', 'incomplete']),
  checks: z.array(
    z.object({
      name: z.enum(CHECK_NAMES),
      result: z.enum(['pass', 'fail', 'unknown', 'not-applicable']),
      detail: z.string(),
      code: z
        .enum(CHECK_CODES)
        .optional()
        .describe('With fail and unknown: what the detail says in words. New codes may come.'),
    }),
  ),
});
