import { z } from 'zod';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { ModelError, ModelReply, ModelRequest } from '../../ports/model.ts';
import { readJsonText } from './json-text.ts';

/** The fields of a chat completion that are used. */
const Completion = z.object({
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number().nonnegative(), completion_tokens: z.number().nonnegative() }).nullish(),
});

/** Characters a token where the server does not count: a careful estimate (YAML has 3.4), so that money is not undercounted. */
const CHARS_PER_TOKEN = 3;

/** Reads a completion, whatever the server sent. Error codes: `not-json`, `refused`, `too-long`. */
export function readCompletion(body: unknown, model: string, request: ModelRequest): Result<ModelReply, ModelError> {
  const completion = Completion.safeParse(body);
  const choice = completion.data?.choices[0];
  if (!completion.success || !choice)
    return fail('not-json', 'the server answered with something else than a completion');
  const { content, refusal } = choice.message;
  if (refusal != null && refusal !== '') return fail('refused', `the model refuses: ${refusal.slice(0, 200)}`);
  if (choice.finish_reason === 'content_filter') return fail('refused', 'a content filter held the answer back');
  if (choice.finish_reason === 'length') {
    return fail('too-long', `the answer was cut off at ${request.maxOutputTokens} tokens`);
  }
  const text = content ?? '';
  const answer = readJsonText(text);
  if (answer === undefined) return fail('not-json', 'the model did not answer with JSON');
  return ok({
    answer,
    model: completion.data.model ?? model,
    promptTokens: completion.data.usage?.prompt_tokens ?? estimate(request.system.length + request.user.length),
    completionTokens: completion.data.usage?.completion_tokens ?? estimate(text.length),
  });
}

function estimate(characters: number): number {
  return Math.ceil(characters / CHARS_PER_TOKEN);
}

function fail(code: ModelError['code'], message: string): Result<never, ModelError> {
  return err({ code, message });
}
