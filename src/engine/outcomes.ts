import type { ForgeResult, PullRequest } from '../ports/forge.ts';
import { ok } from '../domain/result.ts';
import type { OutcomeState } from '../stages/deliver/state-block.ts';
import type { Said } from '../stages/deliver/sticky.ts';
import { readSaid, writeOutcome } from '../stages/deliver/sticky.ts';
import type { ForgeMemory } from './forge-memory.ts';
import type { EnginePorts } from './ports.ts';

/** What was said on a pull request; asked for once a pass. */
export async function saidOn(memory: ForgeMemory, { number }: PullRequest): ForgeResult<Said> {
  const known = memory.said.get(number);
  if (known) return ok(known);
  const read = await readSaid(memory.forge, number, memory.repository.login);
  if (read.ok) memory.said.set(number, read.value);
  return read;
}

/** What Remendo's comment on a pull request says. */
export async function outcomeOf(memory: ForgeMemory, pull: PullRequest): ForgeResult<OutcomeState | undefined> {
  const said = await saidOn(memory, pull);
  return said.ok ? ok(said.value.outcome) : said;
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
  if (written.ok) memory.said.set(pull.number, { command: undefined, ...memory.said.get(pull.number), outcome: state });
  return written;
}
