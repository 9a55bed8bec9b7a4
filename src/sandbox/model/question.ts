import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { JsonObjectSchema } from '../../domain/kubernetes/json-schema.ts';

/** The fields of a chat completion request that the server reads. */
const Body = z.looseObject({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  response_format: z
    .object({
      type: z.string(),
      json_schema: z.object({ name: z.string(), strict: z.boolean().optional(), schema: JsonObjectSchema }).optional(),
    })
    .optional(),
  max_tokens: z.number().optional(),
  max_completion_tokens: z.number().optional(),
});

/** What a client asked. */
export interface ModelQuestion {
  /** How many requests came before this one. */
  readonly index: number;
  readonly model: string;
  readonly system: string;
  readonly user: string;
  /** `json_schema`, `json_object` or, where the client named none, `text`. */
  readonly format: string;
  readonly schemaName?: string;
  readonly schema?: JsonObject;
  readonly maxOutputTokens?: number;
  /** Whether `max_completion_tokens` or the older `max_tokens` was sent. */
  readonly limitField?: 'max_completion_tokens' | 'max_tokens';
  readonly authorization?: string;
}

/** Reads a request body; a text that says what is wrong with it otherwise. */
export function readQuestion(text: string, index: number, authorization: string | undefined): ModelQuestion | string {
  let body: z.infer<typeof Body>;
  try {
    body = Body.parse(JSON.parse(text));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const say = (role: string): string =>
    body.messages
      .filter((message) => message.role === role)
      .map(({ content }) => content)
      .join('\n');
  const { json_schema: wanted } = body.response_format ?? {};
  const limit = body.max_completion_tokens ?? body.max_tokens;
  return {
    index,
    model: body.model,
    system: say('system'),
    user: say('user'),
    format: body.response_format?.type ?? 'text',
    ...(wanted ? { schemaName: wanted.name, schema: wanted.schema } : {}),
    ...(limit === undefined
      ? {}
      : {
          maxOutputTokens: limit,
          limitField: body.max_completion_tokens === undefined ? 'max_tokens' : 'max_completion_tokens',
        }),
    ...(authorization === undefined ? {} : { authorization }),
  };
}
