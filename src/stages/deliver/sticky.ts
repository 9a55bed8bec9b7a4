import { ok } from '../../domain/result.ts';
import type { Forge, ForgeResult, PullRequest } from '../../ports/forge.ts';
import { LABEL, endLabel } from './ledger.ts';
import { quoteInline } from './quote.ts';
import type { OutcomeState } from './state-block.ts';
import { formatBlock, parseOutcome } from './state-block.ts';

/** Marks the one comment that Remendo keeps on a pull request. */
export const STICKY_MARKER = '<!-- remendo:sticky -->';

const HEADLINE: Readonly<Record<OutcomeState['end'], string>> = {
  waiting: '⏳ Following this change',
  verified: '✅ Verified',
  'not-fixed': '❌ Not fixed',
  'made-worse': '❌ Made worse',
  'never-applied': '⚠️ Never applied',
  'timed-out': '⚠️ Could not be confirmed in time',
  rejected: 'Closed without merge',
  resolved: 'The failure went away',
};

/** What Remendo last wrote about a pull request's outcome. */
export async function readOutcome(forge: Forge, number: number, login: string): ForgeResult<OutcomeState | undefined> {
  const comments = await forge.reader.comments(number);
  if (!comments.ok) return comments;
  const own = comments.value.filter(({ author, body }) => author === login && body.includes(STICKY_MARKER));
  return ok(own.map(({ body }) => parseOutcome(body)).findLast((outcome) => outcome !== undefined));
}

/** Writes an outcome: the sticky comment first, then the label, so that a kill between them only repeats the comment. */
export async function writeOutcome(forge: Forge, pull: PullRequest, outcome: OutcomeState): ForgeResult<void> {
  const body = [
    STICKY_MARKER,
    `**${HEADLINE[outcome.end]}**`,
    quoteInline(outcome.detail, 800),
    formatBlock('outcome', outcome),
  ].join('\n\n');
  const commented = await forge.writer.stickyComment(pull.number, STICKY_MARKER, body);
  if (!commented.ok || outcome.end === 'waiting') return commented;
  return forge.writer.setLabels(pull.number, [LABEL, endLabel(outcome.end)]);
}
