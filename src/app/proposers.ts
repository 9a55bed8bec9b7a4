import type { Pattern } from '../domain/pattern.ts';
import type { Policy } from '../domain/policy.ts';
import type { Redact } from '../domain/redact.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Model } from '../ports/model.ts';
import type { Store } from '../ports/store.ts';
import { history } from '../stages/propose/history/history.ts';
import { createBudget } from '../stages/propose/llm/budget.ts';
import { createLlmProposer } from '../stages/propose/llm/proposer.ts';
import type { SecondOpinion } from '../stages/propose/llm/question.ts';
import { createPatternProposer } from '../stages/propose/patterns/recall.ts';
import type { Proposer } from '../stages/propose/proposer.ts';
import { RULES } from '../stages/propose/rules/registry.ts';

/** What sources of fixes need. */
export interface ProposerParts {
  readonly model: Model | undefined;
  readonly policy: Policy;
  readonly store: Store;
  readonly redact: Redact;
  readonly secondOpinion: SecondOpinion;
  readonly clock: Clock;
  readonly log: Log;
}

/** Every source of fixes, in the order they are asked. */
export function createProposers(
  parts: ProposerParts,
): (patterns: () => Promise<readonly Pattern[]>) => readonly Proposer[] {
  const { policy, store, clock } = parts;
  const budget = createBudget({ policy: policy.llm, store, clock });
  const llm = createLlmProposer({ ...parts, budget });
  return (patterns) => [createPatternProposer(patterns), ...RULES, history, llm];
}
