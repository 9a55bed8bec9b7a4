import { changedLines } from '../../domain/change-set.ts';
import type { ChangeSet } from '../../domain/change-set.ts';
import type { Incident } from '../../domain/incident.ts';
import { formatRef } from '../../domain/object-ref.ts';
import type { Policy } from '../../domain/policy.ts';
import type { CheckStatus, Proof } from '../../domain/proof.ts';
import type { Fix } from '../../domain/proposal.ts';
import type { Delivery } from './delivery.ts';
import { quoteBlock, quoteCell, quoteCode, quoteInline, quoteProse } from './quote.ts';
import type { PullRequestState } from './state-block.ts';
import { ROOM_FOR_END, formatBlock } from './state-block.ts';

const TOO_LONG = '_Too long to be shown here: see the files of this pull request._';

const SIGN: Readonly<Record<CheckStatus, string>> = {
  pass: '✅ pass',
  fail: '❌ fail',
  unknown: '❔ could not check',
  'not-applicable': '➖ not applicable',
};

const ORIGIN: Readonly<Record<Fix['origin'], string>> = {
  pattern: 'a learned pattern that was verified before',
  rule: 'a deterministic rule',
  history: 'the history of this repository',
  llm: 'a language model, held to the same proof as everything else',
};

/**
 * The body of a pull request. Two lines say what fails, how much changes, what the proof found and how to say no; then why
 * this change, the evidence, the proof, what follows, how to say no at length, and the hidden block. Its texts have no
 * secrets (see withoutSecrets). At most `limit` characters; undefined where the block alone is longer.
 */
export function renderBody(
  delivery: Delivery,
  state: PullRequestState,
  policy: Policy,
  limit: number,
): string | undefined {
  const { incident, location, fix, changeSet } = delivery;
  const since = incident.since === undefined ? '' : ` since ${quoteCode(incident.since)}`;
  const serving = incident.stillServing ? ' Older pods still serve: the rollout is stuck, the service is up.' : '';
  const sections = [
    `### ${quoteInline(formatRef(incident.object))}: ${quoteInline(incident.summary)}`,
    `${changed(changeSet)} ${proofSummary(delivery.proof)} Not wanted? Close this pull request.`,
    `Cause ${quoteCode(incident.cause)}${since}. Argo CD deploys it as Application ${quoteCode(location.application.name)} from ${quoteCode(location.path || '.')} at ${quoteCode(location.targetRevision)}.${serving}`,
    '#### The change',
    quoteProse(fix.rationale, 1200),
    `Found by ${ORIGIN[fix.origin]} (${quoteCode(fix.name)}). Written at: ${quoteInline(changeSet.place)}.`,
    ...changeSet.files.map(({ diff }) => quoteBlock(diff, 'diff', 8000)),
    '#### Evidence',
    evidenceTable(incident),
    explained(incident),
    '#### Proof',
    proofTable(delivery.proof),
    '#### After the merge',
    `Remendo follows Argo CD until the merge commit is applied (at most ${span(policy.verify.propagationSeconds)}), then watches for ${span(policy.verify.soakSeconds)} that the failure stays away, and says here how it ended.`,
    '#### If this is wrong',
    'Close this pull request: Remendo takes that as a no for this failure and does not ask again. Push a commit to this branch and Remendo leaves it to you.',
  ];
  const block = formatBlock('state', state);
  const room = limit - block.length - ROOM_FOR_END;
  const text = fitting(
    sections.filter((section) => section !== ''),
    room,
  );
  return text === undefined ? undefined : `${text}\n\n${block}`;
}

/** Sections in their order within `room` characters; the longest ones give way first, whole, so that no markup is cut. */
export function fitting(sections: readonly string[], room: number): string | undefined {
  const kept = [...sections];
  const length = (): number => kept.reduce((sum, section) => sum + section.length + 2, 0);
  while (length() > room) {
    const longest = kept.reduce((best, section, i) => (section.length > (kept[best]?.length ?? 0) ? i : best), 0);
    if ((kept[longest]?.length ?? 0) <= TOO_LONG.length) return undefined;
    kept[longest] = TOO_LONG;
  }
  return kept.join('\n\n');
}

/** `1 line of \`team/front.yaml\` changes.`: a line that is replaced counts once. */
function changed({ files }: ChangeSet): string {
  const lines = files.reduce((sum, { diff }) => sum + changedLines(diff), 0);
  const where = files.length === 1 ? quoteCode(files[0]?.path ?? '') : `${files.length} files`;
  return lines === 1 ? `One line of ${where} changes.` : `${lines} lines of ${where} change.`;
}

/** The answers of a proof in one sentence; checks that could not look are named. */
function proofSummary({ checks }: Proof): string {
  const named = (wanted: CheckStatus): string[] =>
    checks.flatMap(({ name, result }) => (result === wanted ? [name] : []));
  const passed = named('pass').length;
  const unknown = named('unknown');
  const failed = named('fail');
  return `${[
    `Proof: ${passed} ${passed === 1 ? 'check passes' : 'checks pass'}`,
    ...(failed.length === 0 ? [] : [`${failed.length} failed (${failed.join(', ')})`]),
    ...(unknown.length === 0 ? [] : [`${unknown.length} could not look (${unknown.join(', ')})`]),
  ].join(', ')}.`;
}

function explained({ explains }: Incident): string {
  if (explains.length === 0) return '';
  const rows = explains
    .slice(0, 5)
    .map(({ object, summary }) => `- ${quoteInline(formatRef(object))}: ${quoteInline(summary)}`);
  return ['The same cause explains as well:', '', ...rows].join('\n');
}

function evidenceTable({ evidence }: Incident): string {
  const rows = evidence
    .slice(0, 10)
    .map(
      ({ id, object, path, text }) =>
        `| ${quoteCell(id)} | ${quoteCell(text, 400)} | ${path ? quoteCell(path) : ''} | ${quoteCell(formatRef(object))} |`,
    );
  return ['| | what it says | where | object |', '|---|---|---|---|', ...rows].join('\n');
}

/** The checks of a proof with their answers, for a reviewer. */
export function proofTable({ checks }: Proof): string {
  const rows = checks.map(({ name, result, detail }) => `| ${name} | ${SIGN[result]} | ${quoteInline(detail, 500)} |`);
  return ['| check | result | |', '|---|---|---|', ...rows].join('\n');
}

/** Seconds in words. */
export function span(seconds: number): string {
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
}
