import { err, ok } from '../../domain/result.ts';
import type { Forge, ForgeResult, PullRequest } from '../../ports/forge.ts';
import { LABEL, RETRY_LABEL, endLabel, wantsRetry } from './ledger.ts';
import { quoteInline } from './quote.ts';
import type { OutcomeState } from './state-block.ts';
import { formatBlock, parseOutcome } from './state-block.ts';

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
};

/** What Remendo last wrote about a pull request's outcome. */
export async function readOutcome(forge: Forge, number: number, login: string): ForgeResult<OutcomeState | undefined> {
  const comments = await forge.reader.comments(number);
  if (!comments.ok) return comments;
  const own = comments.value.filter(({ author, body }) => author === login && body.includes(STICKY_MARKER));
  return ok(own.map(({ body }) => parseOutcome(body)).findLast((outcome) => outcome !== undefined));
}

/**
 * Writes an outcome: the sticky comment first, then the label of an end, so that a kill between them is made good by
 * writing the same again. The label by which people ask for a retry stays.
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
    formatBlock('outcome', hidden),
  ].join('\n\n');
  const commented = await forge.writer.stickyComment(pull.number, STICKY_MARKER, body);
  if (!commented.ok || hidden.end === 'waiting') return commented;
  const kept = wantsRetry(pull) ? [RETRY_LABEL] : [];
  return forge.writer.setLabels(pull.number, [LABEL, endLabel(hidden.end), ...kept]);
}

async function hiding(outcome: OutcomeState, hide: Hide): Promise<OutcomeState | undefined> {
  try {
    return { ...outcome, detail: await hide(outcome.detail.slice(0, 4000)) };
  } catch {
    return undefined;
  }
}
