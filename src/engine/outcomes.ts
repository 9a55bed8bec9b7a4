import type { ForgeResult, PullRequest } from '../ports/forge.ts';
import { ok } from '../domain/result.ts';
import type { OutcomeState } from '../stages/deliver/state-block.ts';
import { readOutcome, writeOutcome } from '../stages/deliver/sticky.ts';
import type { ForgeMemory } from './forge-memory.ts';
import type { EnginePorts } from './ports.ts';

/** What Remendo's comment on a pull request says; asked for once a pass. */
export async function outcomeOf(memory: ForgeMemory, { number }: PullRequest): ForgeResult<OutcomeState | undefined> {
  if (memory.outcomes.has(number)) return ok(memory.outcomes.get(number));
  const read = await readOutcome(memory.forge, number, memory.repository.login);
  if (read.ok) memory.outcomes.set(number, read.value);
  return read;
}

/** Says something new on a pull request. Doing it again changes nothing. */
export async function say(
  { hide }: Pick<EnginePorts, 'hide'>,
  memory: ForgeMemory,
  pull: PullRequest,
  outcome: Omit<OutcomeState, 'version'>,
): ForgeResult<void> {
  const state: OutcomeState = { version: 1, ...outcome };
  const written = await writeOutcome(memory.forge, pull, state, hide);
  if (written.ok) memory.outcomes.set(pull.number, state);
  return written;
}
