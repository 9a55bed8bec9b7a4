import { DEFAULT_POLICY } from '../../../../src/domain/policy.ts';
import type { Policy } from '../../../../src/domain/policy.ts';
import type { JsonValue } from '../../../../src/domain/json.ts';
import type { Answer } from '../../../../src/domain/proposal.ts';
import { createRedactor } from '../../../../src/domain/redact.ts';
import type { Result } from '../../../../src/domain/result.ts';
import { ok } from '../../../../src/domain/result.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import type { Model, ModelError, ModelReply, ModelRequest } from '../../../../src/ports/model.ts';
import type { Store } from '../../../../src/ports/store.ts';
import { createBudget } from '../../../../src/stages/propose/llm/budget.ts';
import type { LlmProposerOptions } from '../../../../src/stages/propose/llm/proposer.ts';
import { createLlmProposer } from '../../../../src/stages/propose/llm/proposer.ts';
import type { ProposeContext, Proposer } from '../../../../src/stages/propose/proposer.ts';
import { recordingLog, turnableClock } from '../../../adapters/sqlite/helpers.ts';

/** A store in memory. */
export function mapStore(): Store & { readonly map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    get: (key) => map.get(key),
    set: (key, value) => void map.set(key, value),
    delete: (key) => void map.delete(key),
    patterns: () => [],
    putPattern: () => {},
    close: () => {},
  };
}

export interface Asked {
  readonly proposer: Proposer;
  readonly requests: ModelRequest[];
  readonly store: ReturnType<typeof mapStore>;
  readonly clock: ReturnType<typeof turnableClock>;
}

/** A proposer whose model answers from a function. */
export function proposerWith(
  answers: (request: ModelRequest, index: number) => JsonValue | Result<ModelReply, ModelError>,
  options: Partial<LlmProposerOptions> & { readonly limits?: Partial<Policy['llm']>; readonly clock?: Clock } = {},
): Asked {
  const requests: ModelRequest[] = [];
  const model: Model = {
    ask: async (request) => {
      const reply = answers(request, requests.length);
      requests.push(request);
      return isResult(reply) ? reply : ok({ answer: reply, model: 'tiny', promptTokens: 1000, completionTokens: 100 });
    },
  };
  const store = mapStore();
  const clock = turnableClock();
  const budget = createBudget({ store, clock, policy: { ...DEFAULT_POLICY.llm, ...options.limits } });
  const redact = createRedactor(['known-secret-of-remendo']);
  const proposer = createLlmProposer({
    model,
    policy: DEFAULT_POLICY,
    budget,
    redact,
    log: recordingLog(),
    ...options,
  });
  return { proposer, requests, store, clock };
}

function isResult(reply: JsonValue | Result<ModelReply, ModelError>): reply is Result<ModelReply, ModelError> {
  return typeof reply === 'object' && reply !== null && 'ok' in reply;
}

/** What the proposer says when its model gives this answer. */
export async function say(reply: JsonValue, context: ProposeContext): Promise<Answer> {
  const answer = await proposerWith(() => reply).proposer.propose(context);
  if (!answer) throw new Error('the proposer said nothing');
  return answer;
}
