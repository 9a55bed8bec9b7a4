import { z } from 'zod';

const Line = z.object({
  check: z
    .string()
    .describe('What was looked at: cluster, rights, argocd, repository, forge, programs, model, clock ...'),
  subject: z.string().optional().describe('Which one, where there are several.'),
  result: z.enum(['ok', 'problem', 'unknown']).describe('unknown: could not check, which is no approval.'),
  detail: z.string(),
  remedy: z.string().optional().describe('What to do about a problem.'),
});

/** What `doctor --output json` prints. */
export const DoctorOut = z.object({
  version: z.literal(1),
  lines: z.array(Line),
  problems: z.number(),
  unknown: z.number(),
});
export type DoctorOut = z.infer<typeof DoctorOut>;

/** One thing that was looked at, and what was found. */
export type DoctorLine = z.infer<typeof Line>;

/** Lines of one check. */
export function linesOf(check: string): {
  ok(detail: string, subject?: string): DoctorLine;
  problem(detail: string, remedy: string, subject?: string): DoctorLine;
  unknown(detail: string, subject?: string, remedy?: string): DoctorLine;
} {
  return {
    ok: (detail, subject) => ({ check, ...about(subject), result: 'ok', detail }),
    problem: (detail, remedy, subject) => ({ check, ...about(subject), result: 'problem', detail, remedy }),
    unknown: (detail, subject, remedy) => ({
      check,
      ...about(subject),
      result: 'unknown',
      detail,
      ...(remedy === undefined ? {} : { remedy }),
    }),
  };
}

function about(subject: string | undefined): { subject?: string } {
  return subject === undefined ? {} : { subject };
}
