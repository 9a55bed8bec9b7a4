import type { Model } from '../../ports/model.ts';
import type { DoctorLine } from './line.ts';
import { linesOf } from './line.ts';

const line = linesOf('model');

/** Asks the model one small question in the form that fixes are asked in. */
export async function examineModel(model: Model | undefined): Promise<DoctorLine> {
  if (!model) return line.ok('none is configured: rules, patterns and history work without one');
  const reply = await model.ask({
    system: 'You answer with JSON of the given schema.',
    user: 'Set ready to true.',
    schema: {
      name: 'ready',
      schema: {
        type: 'object',
        additionalProperties: false,
        required: ['ready'],
        properties: { ready: { type: 'boolean' } },
      },
    },
    maxOutputTokens: 200,
  });
  if (!reply.ok) {
    const remedy = 'check llm.model and llm.baseUrl in the configuration, and OPENAI_API_KEY in the environment';
    return line.problem(`${reply.error.message} (${reply.error.code})`, remedy);
  }
  const { model: name, promptTokens, completionTokens } = reply.value;
  return line.ok(`${name} answers (${promptTokens + completionTokens} tokens)`);
}
