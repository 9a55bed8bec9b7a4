import { createHash } from 'node:crypto';
import type { Incident } from '../../domain/incident.ts';
import { formatRef } from '../../domain/object-ref.ts';
import type { ChangeSet } from '../../domain/change-set.ts';
import type { Policy } from '../../domain/policy.ts';
import type { CheckStatus, Proof } from '../../domain/proof.ts';
import type { Fix } from '../../domain/proposal.ts';
import type { Location } from '../../domain/source.ts';
import { quoteBlock, quoteCode, quoteInline } from './quote.ts';
import type { PullRequestState } from './state-block.ts';
import { formatBlock } from './state-block.ts';

/** A proven fix, ready to become a pull request. */
export interface Delivery {
  readonly incident: Incident;
  readonly location: Location;
  readonly fix: Fix;
  readonly changeSet: ChangeSet;
  readonly proof: Proof;
  readonly cluster: string;
}

/** GitHub refuses bodies over 65,536 characters; the hidden block needs its share. */
const BODY_LIMIT = 50_000;

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

/** The body of a pull request: what fails, the evidence, why this change, its proof, what follows, how to say no. */
export function renderBody(delivery: Delivery, policy: Policy): string {
  const { incident, location, fix, changeSet } = delivery;
  const since = incident.since === undefined ? '' : ` since ${incident.since}`;
  const serving = incident.stillServing ? ' Older pods still serve: the rollout is stuck, the service is up.' : '';
  const sections = [
    `### ${quoteInline(formatRef(incident.object))}: ${quoteInline(incident.summary)}`,
    `Cause ${quoteCode(incident.cause)}${since}. Argo CD deploys it as Application ${quoteCode(location.application.name)} from ${quoteCode(location.path || '.')} at ${quoteCode(location.targetRevision)}.${serving}`,
    explained(incident),
    '#### Evidence',
    evidenceTable(incident),
    '#### The change',
    `${quoteInline(fix.rationale, 1200)}`,
    `Found by ${ORIGIN[fix.origin]} (${quoteCode(fix.name)}). Written at: ${quoteInline(changeSet.place)}.`,
    ...changeSet.files.map(({ diff }) => quoteBlock(diff, 'diff', 8000)),
    '#### Proof',
    proofTable(delivery.proof),
    '#### After the merge',
    `Remendo follows Argo CD until the merge commit is applied (at most ${minutes(policy.verify.propagationSeconds)}), then watches for ${minutes(policy.verify.soakSeconds)} that the failure stays away, and says here how it ended.`,
    '#### If this is wrong',
    'Close this pull request: Remendo takes that as a no for this failure and does not ask again. Push a commit to this branch and Remendo leaves it to you.',
  ];
  const text = sections.filter((section) => section !== '').join('\n\n');
  return `${text.slice(0, BODY_LIMIT)}\n\n${formatBlock('state', stateOf(delivery))}`;
}

function explained({ explains }: Incident): string {
  if (explains.length === 0) return '';
  const rows = explains.slice(0, 5).map(({ object, summary }) => `- ${quoteInline(formatRef(object))}: ${quoteInline(summary)}`);
  return ['This explains as well:', ...rows].join('\n');
}

function evidenceTable({ evidence }: Incident): string {
  const rows = evidence
    .slice(0, 10)
    .map(({ id, object, path, text }) => `| ${id} | ${quoteCode(formatRef(object))} | ${path ? quoteCode(path) : ''} | ${cell(quoteCode(text, 400))} |`);
  return ['| | object | where | what it says |', '|---|---|---|---|', ...rows].join('\n');
}

function proofTable({ checks }: Proof): string {
  const rows = checks.map(({ name, result, detail }) => `| ${name} | ${SIGN[result]} | ${cell(quoteInline(detail, 500))} |`);
  return ['| check | result | |', '|---|---|---|', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll(/(?<!\\)\|/g, String.raw`\|`);
}

function minutes(seconds: number): string {
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
}

/** What the pull request has to remember; see PullRequestState. */
export function stateOf({ incident, location, fix, changeSet, cluster }: Delivery): PullRequestState {
  const { fingerprint, cause, object, container, containerType, subject, stillServing } = incident;
  return {
    version: 1,
    fingerprint,
    cluster,
    cause,
    object,
    ...(container === undefined ? {} : { container }),
    ...(containerType === undefined ? {} : { containerType }),
    ...(subject === undefined ? {} : { subject }),
    stillServing,
    application: location.application,
    repoURL: location.repoURL,
    baseRevision: changeSet.baseRevision,
    origin: fix.origin,
    name: fix.name,
    rationale: fix.rationale.slice(0, 1200),
    evidence: [...fix.evidence],
    changes: fix.changes.map((change) => ({ object: change.object, operations: change.operations.map((item) => ({ ...item, path: [...item.path] })) })),
    files: changeSet.files.map(({ path, before, after }) => ({ path, before: digest(before), after: digest(after) })),
    evidenceDigest: digest(JSON.stringify([cause, subject ?? '', incident.evidence.map((item) => [item.object.kind, item.path ?? ''])])),
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
