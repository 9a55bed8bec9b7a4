import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.ts';

/** Most operations that one answer may have, over all objects: a fix is small. */
export const MOST_OPERATIONS = 2;

const ModelOperation = z.strictObject({
  op: z.enum(['replace', 'add', 'remove']),
  field: z.string().min(1).max(500),
  /** JSON text; null for `remove`. */
  value: z.string().max(4000).nullable(),
});
export type ModelOperation = z.infer<typeof ModelOperation>;

const ModelChange = z.strictObject({
  object: z.strictObject({ kind: z.string(), namespace: z.string().nullable(), name: z.string() }),
  operations: z.array(ModelOperation),
});
export type ModelChange = z.infer<typeof ModelChange>;

/** What a model may say. Nothing else is understood. */
export const ModelAnswer = z.strictObject({
  decision: z.enum(['fix', 'no-fix']),
  reason: z.string(),
  evidence: z.array(z.string()),
  changes: z.array(ModelChange),
});
export type ModelAnswer = z.infer<typeof ModelAnswer>;

const text = { type: 'string' } as const;
const textOrNull = { type: ['string', 'null'] } as const;

/** An object of strict structured output: every property required, no others. */
function strict(properties: JsonObject): JsonObject {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

/** The same as JSON Schema, in the subset that strict structured output takes: nullable instead of optional, no lengths. */
export const ANSWER_SCHEMA: { readonly name: string; readonly schema: JsonObject } = {
  name: 'remendo_answer',
  schema: strict({
    decision: { type: 'string', enum: ['fix', 'no-fix'] },
    reason: text,
    evidence: { type: 'array', items: text },
    changes: {
      type: 'array',
      items: strict({
        object: strict({ kind: text, namespace: textOrNull, name: text }),
        operations: {
          type: 'array',
          items: strict({ op: { type: 'string', enum: ['replace', 'add', 'remove'] }, field: text, value: textOrNull }),
        },
      }),
    },
  }),
};
