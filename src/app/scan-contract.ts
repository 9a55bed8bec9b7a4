import { z } from 'zod';
import { JsonValueSchema } from '../domain/kubernetes/json-schema.ts';
import { ProofOut } from './proof-contract.ts';

const ObjectRefOut = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
});
const Refused = z.object({ refused: z.object({ code: z.string(), reason: z.string() }) });
const Origin = z.enum(['pattern', 'rule', 'history', 'llm']);

const ProposalOut = z.union([
  z.object({
    origin: Origin,
    name: z.string(),
    rationale: z.string(),
    changes: z.array(
      z.object({
        object: ObjectRefOut,
        operations: z
          .array(
            z.object({
              op: z.enum(['test', 'add', 'replace', 'remove']),
              path: z.string().describe('RFC 6901 pointer into the declared object.'),
              field: z.string().describe('The same place with merge keys, for people.'),
              value: JsonValueSchema.optional(),
            }),
          )
          .describe('RFC 6902, to be applied in order to the declared object.'),
      }),
    ),
  }),
  z.object({ origin: Origin, name: z.string(), declined: z.string() }),
]);

const IncidentOut = z.object({
  fingerprint: z.string().describe('16 hex digits; the same as long as the failure is the same.'),
  cause: z.string().describe('family/specific, from docs/causes.md.'),
  severity: z.enum(['critical', 'warning', 'info']),
  object: ObjectRefOut,
  container: z.string().optional(),
  summary: z.string(),
  since: z.string().optional().describe('RFC 3339.'),
  stillServing: z.boolean().describe('Older pods of the workload still serve.'),
  evidence: z.array(z.object({ id: z.string(), object: ObjectRefOut, path: z.string().optional(), text: z.string() })),
  affected: z.array(ObjectRefOut),
  explains: z.array(z.object({ cause: z.string(), object: ObjectRefOut, summary: z.string() })),
  source: z.union([
    z.object({
      application: z.string(),
      repoURL: z.string(),
      revision: z.string(),
      path: z.string(),
      file: z.string().optional(),
      line: z.number().optional(),
    }),
    Refused,
  ]),
  proposals: z.array(ProposalOut),
  edit: z.union([z.object({ files: z.array(z.object({ path: z.string(), diff: z.string() })) }), Refused]).nullable(),
  proof: ProofOut.nullable(),
  decision: z.object({ outcome: z.string(), reason: z.string(), pullRequest: z.string().optional() }),
});

/** What `scan --output json` prints. Stable: keys are added, never changed; `version` counts breaking changes. */
export const ScanOut = z.object({
  version: z.literal(1),
  cluster: z.string(),
  scannedAt: z.string(),
  blind: z.array(z.object({ kind: z.string(), reason: z.string() })),
  incidents: z.array(IncidentOut),
});
export type ScanOut = z.infer<typeof ScanOut>;
export type IncidentOut = z.infer<typeof IncidentOut>;

/** What `run --output json` prints for each pass, and the Action writes: `ScanOut`, and what became of pull requests. */
export const RunOut = ScanOut.extend({
  followed: z
    .array(
      z.object({
        fingerprint: z.string(),
        pullRequest: z.string().describe('Web address.'),
        title: z.string(),
        outcome: z.string(),
        reason: z.string(),
      }),
    )
    .describe('Pull requests of before to which something happened in this pass, or that are being followed.'),
  unreadable: z
    .array(z.object({ repoURL: z.string(), reason: z.string() }))
    .describe('Repositories whose forge could not be read: nothing was decided for them.'),
});
export type RunOut = z.infer<typeof RunOut>;
