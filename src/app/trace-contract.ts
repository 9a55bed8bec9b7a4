import { z } from 'zod';
import { JsonValueSchema } from '../domain/kubernetes/json-schema.ts';
import { ProofOut } from './proof-contract.ts';

const ObjectOut = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
});

const Found = z.object({
  field: z.string(),
  value: JsonValueSchema.nullable().describe('The rendered value; null where the field is not set.'),
  origin: z
    .object({
      repoURL: z.string(),
      file: z.string(),
      line: z.number(),
      column: z.number(),
      path: z.string(),
      via: z.string(),
    })
    .nullable()
    .describe('Where the value is written; null where it is not set and an edit would add it.'),
  feeds: z.array(z.object({ application: z.string(), object: ObjectOut, field: z.string() })),
  edit: z.object({ files: z.array(z.object({ path: z.string(), diff: z.string() })) }).optional(),
  proof: ProofOut.optional(),
  renders: z.number(),
  milliseconds: z.number(),
});

const Refused = z.object({
  refused: z.object({
    code: z.string(),
    reason: z.string(),
    hint: z.string().optional().describe('What can be done about it.'),
    tried: z.array(z.object({ place: z.string(), why: z.string() })),
  }),
});

/** What `trace --output json` prints. */
export const TraceOut = z.union([Found, Refused]);
export type TraceOut = z.infer<typeof TraceOut>;
