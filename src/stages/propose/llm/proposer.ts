import type { JsonValue } from '../../../domain/json.ts';
import type { Policy } from '../../../domain/policy.ts';
import type { Answer } from '../../../domain/proposal.ts';
import type { Redact } from '../../../domain/redact.ts';
import type { Log } from '../../../ports/log.ts';
import type { Model, ModelError } from '../../../ports/model.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import { ANSWER_SCHEMA, ModelAnswer } from './answer.ts';
import type { LlmBudget } from './budget.ts';
import { judge } from './judge.ts';
import type { Material, SecondOpinion } from './question.ts';
import { buildQuestion, questionKey, readMaterial } from './question.ts';

/** What the model is asked with; without `model` this source always declines. */
export interface LlmProposerOptions {
  /** Undefined where none is configured: the proposer then says so and nothing else changes. */
  readonly model: Model | undefined;
  readonly policy: Policy;
  readonly budget: LlmBudget;
  readonly redact: Redact;
  readonly log: Log;
  /** Looks at everything once more before it is sent. */
  readonly secondOpinion?: SecondOpinion;
  /** Longest question; 12,000 when absent. */
  readonly mostPromptTokens?: number;
}

const NAME = 'investigator';
const LONGEST_REASON = 600;
/** Errors after which the provider has charged nothing, for the question never got through. */
const FREE: ReadonlySet<ModelError['code']> = new Set([
  'no-key',
  'circuit-open',
  'unreachable',
  'unauthorized',
  'rate-limited',
  'server-error',
  'rejected',
]);

/**
 * Asks a model one structured question about an incident. Its answer is data: it is held against what the model was
 * shown and against the policy, and every answer that does not hold is declined with a reason. An answer is kept for a
 * day as long as the declared objects stay the same, so that each pass of the engine sees the same one and pays once.
 */
export function createLlmProposer(options: LlmProposerOptions): Proposer {
  const { model, budget, redact, log } = options;
  const decline = (reason: string, name = NAME): Answer => ({ kind: 'declined', origin: 'llm', name, reason });

  /** The model's answer: an earlier one, or a new one within the budget; a sentence where there is none. */
  const obtain = async (asked: Model, context: ProposeContext, material: Material): Promise<Obtained | string> => {
    const { secondOpinion, mostPromptTokens = 12_000, policy } = options;
    const key = questionKey(context, material);
    const earlier = recalled(budget.recall(key));
    if (earlier) return earlier;
    const { fingerprint } = context.incident;
    const limit = budget.refusal(fingerprint);
    if (limit !== undefined) return limit;
    const building = { redact, mostPromptTokens, ...(secondOpinion ? { secondOpinion } : {}) };
    const question = await buildQuestion(context, material, building);
    if (!question) return 'the declared object is too large to be shown to the model whole';
    const reservation = budget.reserve(fingerprint, question.promptTokens);
    if (!reservation.ok) return reservation.error;
    const { system, user } = question;
    const request = { system, user, schema: ANSWER_SCHEMA, maxOutputTokens: policy.llm.maxOutputTokens };
    const reply = await asked.ask(request, context.signal);
    if (!reply.ok) {
      if (FREE.has(reply.error.code)) budget.release(reservation.value);
      return `the model gave no answer (${reply.error.code}): ${tidy(reply.error.message, redact)}`;
    }
    const { answer, model: name, promptTokens, completionTokens } = reply.value;
    budget.settle(reservation.value, { promptTokens, completionTokens });
    log.info({ fingerprint, model: name, promptTokens, completionTokens }, 'model asked');
    budget.remember(key, JSON.stringify({ model: name, answer }));
    return { model: name, answer };
  };

  return {
    origin: 'llm',
    name: NAME,
    causes: ['*'],
    async propose(context) {
      if (!model) return decline('no model configured');
      const material = await readMaterial(context, redact);
      const obtained = await obtain(model, context, material);
      if (typeof obtained === 'string') return decline(obtained);
      const parsed = ModelAnswer.safeParse(obtained.answer);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        const where = issue ? `${issue.path.join('.') || 'the answer'}: ${issue.message}` : 'unknown';
        return decline(`the model's answer does not have the agreed form (${tidy(where, redact)})`, obtained.model);
      }
      const reason = tidy(parsed.data.reason, redact);
      if (parsed.data.decision === 'no-fix') return decline(`the model sees no fix: ${reason}`, obtained.model);
      const verdict = await judge(parsed.data, { context, ...material, redact });
      if ('refused' in verdict)
        return decline(`the model's answer is refused: ${tidy(verdict.refused, redact)}`, obtained.model);
      const evidence = [...new Set(parsed.data.evidence)];
      return {
        kind: 'fix',
        origin: 'llm',
        name: obtained.model,
        rationale: reason,
        changes: verdict.changes,
        evidence,
      };
    },
  };
}

interface Obtained {
  readonly model: string;
  readonly answer: JsonValue;
}

function recalled(text: string | undefined): Obtained | undefined {
  if (text === undefined) return undefined;
  try {
    const { model, answer }: { model?: JsonValue; answer?: JsonValue } = JSON.parse(text);
    return typeof model === 'string' && answer !== undefined ? { model, answer } : undefined;
  } catch {
    return undefined;
  }
}

/** Text of a model, for people: one paragraph, no secrets, not endless. */
function tidy(text: string, redact: Redact): string {
  const line = redact(text).replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON - 1)}…` : line;
}
