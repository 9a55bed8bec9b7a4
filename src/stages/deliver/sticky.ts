import { err, ok } from '../../domain/result.ts';
import type { Forge, ForgeResult, PullRequest } from '../../ports/forge.ts';
import type { Command } from './commands.ts';
import { REVERT_COMMAND, newestCommand } from './commands.ts';
import { LABEL, endLabel, lastingLabels } from './ledger.ts';
import { quoteCode, quoteInline } from './quote.ts';
import type { OutcomeState, RevertAnswer } from './state-block.ts';
import { formatBlock, parseOutcome, withEnd } from './state-block.ts';

/** Replaces the secrets in a text. Throws where that could not be done: then nothing may leave. */
export type Hide = (text: string) => Promise<string>;

/** Marks the one comment that Remendo keeps on a pull request. */
const STICKY_MARKER = '<!-- remendo:sticky -->';

const HEADLINE: Readonly<Record<OutcomeState['end'], string>> = {
  waiting: '⏳ Following this change',
  verified: '✅ Verified',
  'not-fixed': '❌ Not fixed',
  'made-worse': '❌ Made worse',
  'never-applied': '⚠️ Never applied',
  'timed-out': '⚠️ Could not be confirmed in time',
  rejected: 'Closed without merge',
  resolved: 'The failure went away',
  reverted: '↩️ Put back',
};

/** Commands are looked for on pull requests that were merged this lately. */
export const COMMAND_DAYS = 30;

/** What was said on a pull request: by Remendo, and by people who want something of it. */
export interface Said {
  readonly outcome: OutcomeState | undefined;
  readonly command: Command | undefined;
}

/** What Remendo last wrote about a pull request's outcome. */
export async function readSaid(forge: Forge, number: number, login: string): ForgeResult<Said> {
  const comments = await forge.reader.comments(number);
  if (!comments.ok) return comments;
  // Two processes at the same moment may have left two of them: the first is the one that is written from then on.
  const own = comments.value.find(({ author, body }) => author === login && body.includes(STICKY_MARKER));
  const outcome = own && parseOutcome(own.body);
  return ok({ outcome, command: newestCommand(comments.value, STICKY_MARKER) });
}

/**
 * Writes an outcome: the sticky comment first, then an end into the body's block, and its label last, so that a kill
 * between them is made good by writing the same again. Labels that are no ends stay.
 */
export async function writeOutcome(
  forge: Forge,
  pull: PullRequest,
  outcome: OutcomeState,
  hide: Hide,
): ForgeResult<void> {
  const hidden = await hiding(outcome, hide);
  if (!hidden) return err({ code: 'invalid', message: 'the text could not be searched for secrets' });
  const body = [
    STICKY_MARKER,
    `**${HEADLINE[hidden.end]}**`,
    quoteInline(hidden.detail, 800),
    ...aboutRevert(hidden),
    formatBlock('outcome', hidden),
  ].join('\n\n');
  const commented = await forge.writer.stickyComment(pull.number, STICKY_MARKER, body);
  if (!commented.ok || hidden.end === 'waiting') return commented;
  const noted = withEnd(pull.body, hidden.end);
  const remembered =
    noted === pull.body ? commented : await forge.writer.updatePullRequest(pull.number, { body: noted });
  if (!remembered.ok) return remembered;
  return forge.writer.setLabels(pull.number, [LABEL, endLabel(hidden.end), ...lastingLabels(pull)]);
}

/** Takes an end back from a pull request that is open after all. */
export async function withdrawEnd(forge: Forge, pull: PullRequest): ForgeResult<void> {
  const body = withEnd(pull.body, undefined);
  const forgotten = body === pull.body ? ok(undefined) : await forge.writer.updatePullRequest(pull.number, { body });
  return forgotten.ok ? forge.writer.setLabels(pull.number, [LABEL, ...lastingLabels(pull)]) : forgotten;
}

/** The offer of a revert where a fix did no good, or what became of one that was asked for. */
function aboutRevert({ end, revert }: OutcomeState): string[] {
  if (revert) return [answer(revert)];
  if (end !== 'not-fixed' && end !== 'made-worse') return [];
  return [
    `The change is still in Git. To have it put back, comment ${quoteCode(REVERT_COMMAND)} on a line of its own; whoever may write to this repository can, for ${COMMAND_DAYS} days after the merge. Remendo then opens a pull request with exactly the lines as they were.`,
  ];
}

function answer({ state, by, pull, detail, code }: RevertAnswer): string {
  const asked = `**Revert**, asked for by ${quoteCode(by)}: `;
  const text = quoteInline(detail, 800);
  if (state !== 'refused') return `${asked}#${pull ?? 0}. ${text}`;
  return `${asked}not done (${quoteCode(code ?? 'refused')}). ${text} Comment ${quoteCode(REVERT_COMMAND)} again to have it tried again.`;
}

async function hiding(outcome: OutcomeState, hide: Hide): Promise<OutcomeState | undefined> {
  try {
    const { revert } = outcome;
    const detail = await hide(outcome.detail.slice(0, 4000));
    return { ...outcome, detail, ...(revert ? { revert: { ...revert, detail: await hide(revert.detail) } } : {}) };
  } catch {
    return undefined;
  }
}
