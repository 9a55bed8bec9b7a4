import { createOpenAiModel } from '../adapters/openai/model.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Model } from '../ports/model.ts';
import type { Secrets } from './secrets.ts';

const OPENAI = 'https://api.openai.com/v1';

/** The model of the configuration; undefined where none is configured. */
export function createModel({ llm }: Config, secrets: Secrets, clock: Clock, log: Log): Model | undefined {
  if (!llm) return undefined;
  return createOpenAiModel({
    baseURL: llm.baseUrl ?? secrets.modelBaseUrl ?? OPENAI,
    ...(secrets.modelKey === undefined ? {} : { apiKey: secrets.modelKey }),
    model: llm.model,
    timeoutSeconds: llm.timeoutSeconds,
    clock,
    log,
  });
}
