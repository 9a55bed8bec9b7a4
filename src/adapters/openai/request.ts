import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import type { JsonObject } from '../../domain/json.ts';
import type { ModelRequest } from '../../ports/model.ts';

/** What the server at the other end understands; begins with the newest and steps down when it says that it does not. */
export interface Features {
  readonly format: 'json_schema' | 'json_object' | 'text';
  readonly limitField: 'max_completion_tokens' | 'max_tokens';
  readonly temperature: boolean;
  /** Whether the other name of the output limit was tried already. */
  readonly limitTried?: boolean;
}

/** OpenAI's own API wants `max_completion_tokens`; most local servers know `max_tokens` only. */
export function initialFeatures(baseURL: string): Features {
  const official = new URL(baseURL).hostname.endsWith('openai.com');
  return { format: 'json_schema', limitField: official ? 'max_completion_tokens' : 'max_tokens', temperature: true };
}

/** The features to try next after a refusal with this text; undefined where it is about something else. */
export function stepDown(features: Features, message: string): Features | undefined {
  if (/response_?format|json_?schema|json_?object|structured.?output|guided|grammar/i.test(message)) {
    if (features.format === 'text') return undefined;
    return { ...features, format: features.format === 'json_schema' ? 'json_object' : 'text' };
  }
  if (/max_(?:completion_)?tokens/i.test(message) && features.limitTried !== true) {
    const limitField = features.limitField === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
    return { ...features, limitField, limitTried: true };
  }
  return /temperature/i.test(message) && features.temperature ? { ...features, temperature: false } : undefined;
}

/** The body of a request, by what the server was found to understand. */
export function requestBody(
  model: string,
  request: ModelRequest,
  features: Features,
): ChatCompletionCreateParamsNonStreaming {
  const { name, schema } = request.schema;
  const system = features.format === 'json_schema' ? request.system : `${request.system}\n\n${inWords(schema)}`;
  return {
    model,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: request.user },
    ],
    [features.limitField]: request.maxOutputTokens,
    ...(features.temperature ? { temperature: 0 } : {}),
    ...(features.format === 'json_schema'
      ? { response_format: { type: 'json_schema', json_schema: { name, strict: true, schema: { ...schema } } } }
      : {}),
    ...(features.format === 'json_object' ? { response_format: { type: 'json_object' } } : {}),
  };
}

function inWords(schema: JsonObject): string {
  return `Answer with one JSON object and nothing else. It must be valid under this JSON Schema:\n${JSON.stringify(schema)}`;
}
