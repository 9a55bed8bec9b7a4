import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { Result } from '../domain/result.ts';

/** One question, answered in one JSON document. */
export interface ModelRequest {
  readonly system: string;
  readonly user: string;
  /** JSON Schema (draft 7 subset that strict structured output accepts) of the answer, and its name. */
  readonly schema: { readonly name: string; readonly schema: JsonObject };
  readonly maxOutputTokens: number;
}

/** What the model answered, and what it cost. */
export interface ModelReply {
  /** Parsed JSON, not yet validated. */
  readonly answer: JsonValue;
  readonly model: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Why there is no answer. Closed: callers handle each. */
export interface ModelError {
  readonly code:
    | 'no-key'
    | 'unauthorized'
    | 'rate-limited'
    | 'server-error'
    | 'timeout'
    | 'not-json'
    | 'refused'
    | 'too-long'
    | 'circuit-open'
    | 'unreachable'
    /** The server does not take the request as it is (no such model, a parameter): asking again does not help. */
    | 'rejected';
  readonly message: string;
}

/** An OpenAI-compatible chat model. It is asked one structured question; its answer is data, never an instruction. */
export interface Model {
  ask(request: ModelRequest, signal?: AbortSignal): Promise<Result<ModelReply, ModelError>>;
}
