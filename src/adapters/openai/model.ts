import type { CircuitBreakerPolicy } from 'cockatiel';
import type { OpenAI } from 'openai';
import { createRedactor } from '../../domain/redact.ts';
import type { Result } from '../../domain/result.ts';
import { err } from '../../domain/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Model, ModelError, ModelReply, ModelRequest } from '../../ports/model.ts';
import type { Failure } from './failure.ts';
import { failureOf } from './failure.ts';
import { limitedFetch } from './limited-fetch.ts';
import { readCompletion } from './reply.ts';
import type { Features } from './request.ts';
import { initialFeatures, requestBody, stepDown } from './request.ts';

/** Which model on which server, and how long it is waited for. */
export interface OpenAiOptions {
  /** Of any server with OpenAI's Chat Completions: `https://api.openai.com/v1`, `http://localhost:11434/v1`. */
  readonly baseURL: string;
  readonly apiKey?: string;
  readonly model: string;
  /** For one request, its answer's body included. */
  readonly timeoutSeconds: number;
  readonly log: Log;
  readonly clock: Clock;
  /** Failures in a row that open the circuit, and for how long; 5 and 60 when absent. */
  readonly breaker?: { readonly failures: number; readonly openSeconds: number };
}

/** The package would take these from variables of the environment that are meant for other programs. */
const NO_ENVIRONMENT = { organization: null, project: null } as const;

interface Loaded {
  readonly client: OpenAI;
  readonly breaker: CircuitBreakerPolicy;
}

type Answer = Result<ModelReply, ModelError>;

/** Failures of the provider, which asking less often helps; a bad answer to one question is none. */
const OUTAGES: ReadonlySet<string> = new Set([
  'unauthorized',
  'rate-limited',
  'server-error',
  'timeout',
  'unreachable',
]);
/** A longer wait than this is not worth holding up an incident for: it comes again in the next pass. */
const LONGEST_WAIT_SECONDS = 20;

/**
 * A model behind an OpenAI-compatible server. Asks for strict JSON by schema and steps down to JSON mode, then to plain
 * text with the schema in the question, where the server does not know it. Waits and retries once on 429 and once on 5xx; a
 * circuit breaker stops asking a provider that is down. The openai package is loaded with the first question.
 */
export function createOpenAiModel(options: OpenAiOptions): Model {
  const { baseURL, apiKey, log } = options;
  const redact = createRedactor(apiKey === undefined ? [] : [apiKey]);
  let features = initialFeatures(baseURL);
  let loading: Promise<Loaded> | undefined;

  return {
    async ask(request, signal) {
      if (apiKey === undefined && new URL(baseURL).hostname.endsWith('openai.com')) {
        return err({ code: 'no-key', message: 'no API key is configured for the model' });
      }
      loading ??= load(options);
      const { client, breaker } = await loading;
      const attempt = () => askOnce(client, options, request, features, (next) => (features = next), signal);
      try {
        const answer = await breaker.execute(attempt);
        if (answer.ok) return answer;
        const error = { code: answer.error.code, message: redact(answer.error.message) };
        log.warn({ ...error, model: options.model }, 'model did not answer');
        return err(error);
      } catch {
        // askOnce answers with a Result whatever happens: only the open circuit throws.
        return err({
          code: 'circuit-open',
          message: 'the model failed several times in a row and is not asked for now',
        });
      }
    },
  };
}

async function load({ baseURL, apiKey, breaker }: OpenAiOptions): Promise<Loaded> {
  const [{ OpenAI }, { circuitBreaker, ConsecutiveBreaker, handleWhenResult }] = await Promise.all([
    import('openai'),
    import('cockatiel'),
  ]);
  return {
    // Servers without accounts want no key, but the package does.
    client: new OpenAI({
      baseURL,
      apiKey: apiKey ?? 'unused',
      maxRetries: 0,
      fetch: limitedFetch,
      logLevel: 'off',
      ...NO_ENVIRONMENT,
    }),
    breaker: circuitBreaker(
      handleWhenResult((result) => isOutage(result)),
      {
        halfOpenAfter: (breaker?.openSeconds ?? 60) * 1000,
        breaker: new ConsecutiveBreaker(breaker?.failures ?? 5),
      },
    ),
  };
}

function isOutage(result: unknown): boolean {
  if (typeof result !== 'object' || result === null || !('error' in result)) return false;
  const { error } = result;
  return typeof error === 'object' && error !== null && 'code' in error && OUTAGES.has(String(error.code));
}

async function askOnce(
  client: OpenAI,
  options: OpenAiOptions,
  request: ModelRequest,
  first: Features,
  learned: (features: Features) => void,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  let features = first;
  let waited429 = false;
  let waited5xx = false;
  for (;;) {
    const answer = await send(client, options, request, features, signal);
    if (!('error' in answer) || 'ok' in answer) return answer;
    const { status, error, retryAfter = 1 } = answer;
    const next = status === 400 || status === 404 || status === 422 ? stepDown(features, error.message) : undefined;
    if (next) {
      features = next;
      learned(next);
    } else if (status === 429 && !waited429 && retryAfter <= LONGEST_WAIT_SECONDS) {
      waited429 = true;
      await options.clock.sleep(retryAfter * 1000, signal);
    } else if (status !== undefined && status >= 500 && !waited5xx) {
      waited5xx = true;
      await options.clock.sleep(Math.min(retryAfter, LONGEST_WAIT_SECONDS) * 1000, signal);
    } else return err(error);
  }
}

/** One HTTP request: a completion read, or a failure that may be worth another try. */
async function send(
  client: OpenAI,
  { model, timeoutSeconds, clock }: OpenAiOptions,
  request: ModelRequest,
  features: Features,
  signal: AbortSignal | undefined,
): Promise<Answer | Failure> {
  const timer = AbortSignal.timeout(timeoutSeconds * 1000);
  const either = signal ? AbortSignal.any([timer, signal]) : timer;
  try {
    const body = await client.chat.completions.create(requestBody(model, request, features), { signal: either });
    return readCompletion(body, model, request);
  } catch (error) {
    return failureOf(error, { timedOut: timer.aborted, aborted: signal?.aborted === true }, clock.now());
  }
}
