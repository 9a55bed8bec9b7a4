import { deepEqual } from '../domain/json.ts';
import type { Decision } from '../domain/outcome.ts';
import type { PullRequest } from '../ports/forge.ts';
import type { Command } from '../stages/deliver/commands.ts';
import type { OwnPullRequest } from '../stages/deliver/ledger.ts';
import { endOf } from '../stages/deliver/ledger.ts';
import { answerFrom, openRevert } from '../stages/deliver/revert.ts';
import type { End, OutcomeState, PullRequestState, RevertAnswer } from '../stages/deliver/state-block.ts';
import { COMMAND_DAYS } from '../stages/deliver/sticky.ts';
import type { FollowScene } from './follow-scene.ts';
import type { ForgeMemory } from './forge-memory.ts';
import { noteWait } from './forge-wait.ts';
import { saidOn, say } from './outcomes.ts';
import type { RevertRefusal } from './plan-revert.ts';
import { planRevert } from './plan-revert.ts';
import type { EnginePorts } from './ports.ts';

type Own = OwnPullRequest & { readonly state: PullRequestState };

/**
 * Answers the command that asks to put a merged and ended pull request back: with one pull request that does it, or with
 * the reason why not, and keeps that answer on the merged one up to date. Undefined where there is nothing to do. A
 * command is answered once; a newer one is looked at again as long as there is no revert.
 */
export async function answerRevert(
  ports: EnginePorts,
  memory: ForgeMemory,
  own: Own,
  end: End,
  scene: FollowScene,
): Promise<Decision | undefined> {
  const { pull } = own;
  const existing = memory.reverts.find(({ of, fingerprint }) => of === pull.number && fingerprint === own.fingerprint);
  const active = existing?.state !== undefined && endOf(existing) === undefined;
  if (!active && !isRecent(ports, existing?.pull ?? pull)) return undefined;
  const said = await saidOn(memory, pull);
  if (!said.ok) return failed(`could not read pull request #${pull.number}: ${said.error.message}`);
  const { command } = said.value;
  const outcome = said.value.outcome ?? { version: 1, end, detail: 'What was said here before is gone.' };
  if (existing?.state) {
    const answer = answerFrom({ pull: existing.pull, state: existing.state }, endOf(existing));
    return tell(ports, memory, own, outcome, answer);
  }
  // One of before that was not obeyed does not stand in the way of one that may be.
  const answered = outcome.revert?.code === 'not-trusted' && command?.trusted === true ? 0 : outcome.revert?.comment;
  if (!command || command.comment <= (answered ?? 0)) return undefined;
  if (!command.trusted) {
    const reason = 'The forge does not say that this person may write to the repository.';
    return refuse(ports, memory, own, outcome, command, 'not-trusted', reason);
  }
  if (existing) {
    const reason = `Pull request #${existing.pull.number} stands on the branch for it and is not Remendo's.`;
    return refuse(ports, memory, own, outcome, command, 'not-remendos', reason);
  }
  return putBack(ports, memory, own, outcome, command, scene);
}

/** Older ones are not looked at for commands: what is asked for then is better done by hand. */
function isRecent({ clock }: Pick<EnginePorts, 'clock'>, pull: PullRequest): boolean {
  const days = (clock.now().getTime() - Date.parse(pull.mergedAt ?? pull.closedAt ?? pull.updatedAt)) / 86_400_000;
  return days <= COMMAND_DAYS;
}

async function putBack(
  ports: EnginePorts,
  memory: ForgeMemory,
  own: Own,
  outcome: OutcomeState,
  command: Command,
  scene: FollowScene,
): Promise<Decision> {
  const number = `pull request #${own.pull.number}`;
  const plan = await planRevert(ports, memory, own, scene);
  if (plan.kind === 'failed') return failed(`could not put ${number} back: ${plan.reason}`);
  if (plan.kind === 'refused') return refuse(ports, memory, own, outcome, command, plan.code, plan.reason);
  const { location, changeSet, proof } = plan;
  const delivery = { own, outcome, command, location, changeSet, proof };
  const done = await openRevert({ ...ports, ...memory }, delivery);
  switch (done.kind) {
    case 'failed':
      noteWait(ports, memory.repoURL, done.retryAfter);
      return failed(`could not put ${number} back: ${done.reason}`);
    case 'refused':
      return refuse(ports, memory, own, outcome, command, done.code, done.reason);
    case 'exists':
      return { outcome: 'reverting', reason: `there is a pull request already that puts ${number} back` };
    case 'opened': {
      if (ports.policy.mode === 'observe') {
        return { outcome: 'would-revert', reason: `${command.by} asked to put ${number} back; mode is observe` };
      }
      memory.reverts = [done.revert, ...memory.reverts];
      // Where this cannot be written, the next pass does.
      await tell(ports, memory, own, outcome, answerFrom(done.revert, undefined));
      return { outcome: 'revert-opened', reason: `pull request #${done.revert.pull.number} puts ${number} back` };
    }
  }
}

async function refuse(
  ports: EnginePorts,
  memory: ForgeMemory,
  own: Own,
  outcome: OutcomeState,
  { comment, by }: Command,
  code: RevertRefusal,
  reason: string,
): Promise<Decision> {
  const unsaid = await tell(ports, memory, own, outcome, { comment, by, state: 'refused', code, detail: reason });
  return unsaid ?? { outcome: 'revert-refused', reason: `pull request #${own.pull.number}: ${reason} (${code})` };
}

/** Writes the answer where it is not there yet; a decision only where that failed. */
async function tell(
  ports: EnginePorts,
  memory: ForgeMemory,
  { pull }: Own,
  outcome: OutcomeState,
  revert: RevertAnswer,
): Promise<Decision | undefined> {
  if (deepEqual({ ...outcome.revert }, { ...revert })) return undefined;
  const { version: _version, ...rest } = outcome;
  const written = await say(ports, memory, pull, { ...rest, revert });
  return written.ok ? undefined : failed(`could not write to pull request #${pull.number}: ${written.error.message}`);
}

function failed(reason: string): Decision {
  return { outcome: 'failed', reason };
}
