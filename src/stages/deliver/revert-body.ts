import type { ChangeSet } from '../../domain/change-set.ts';
import { formatRef } from '../../domain/object-ref.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Proof } from '../../domain/proof.ts';
import type { Location } from '../../domain/source.ts';
import { fitting, proofTable, span } from './body.ts';
import type { Command } from './commands.ts';
import type { OwnPullRequest } from './ledger.ts';
import { quoteBlock, quoteCode, quoteInline } from './quote.ts';
import type { OutcomeState, PullRequestState, RevertState } from './state-block.ts';
import { ROOM_FOR_END, formatBlock } from './state-block.ts';

/** A proven revert, ready to become a pull request. */
export interface RevertDelivery {
  /** The merged pull request that is put back, and what it remembers. */
  readonly own: OwnPullRequest & { readonly state: PullRequestState };
  /** What Remendo said about it. */
  readonly outcome: Pick<OutcomeState, 'end' | 'detail'>;
  readonly command: Command;
  readonly location: Location;
  readonly changeSet: ChangeSet;
  readonly proof: Proof;
}

/** The body of a pull request that puts another one back, in at most `limit` characters; undefined where its block is longer. */
export function renderRevertBody(
  delivery: RevertDelivery,
  state: RevertState,
  policy: Policy,
  limit: number,
): string | undefined {
  const { own, outcome, command, location, changeSet, proof } = delivery;
  const { number } = own.pull;
  const sections = [
    `### ${quoteInline(formatRef(own.state.object))}: put back what #${number} changed`,
    `${quoteCode(command.by)} asked for it in a comment on #${number}, which ended as ${quoteCode(outcome.end)}: ${quoteInline(outcome.detail, 800)}`,
    `Argo CD deploys it as Application ${quoteCode(location.application.name)} from ${quoteCode(location.path || '.')} at ${quoteCode(location.targetRevision)}.`,
    '#### The change',
    `The lines that #${number} changed, byte by byte as they were before it. What was changed elsewhere since stays.`,
    ...changeSet.files.map(({ diff }) => quoteBlock(diff, 'diff', 8000)),
    '#### Proof',
    `What the edit is must hold as for any fix: its bytes, the render, the guardrails, the API server. Whether the former values work is no condition: they may be what failed before #${number}. So what ${quoteCode('pod-admission')}, ${quoteCode('references')} and ${quoteCode('fits')} find is told and refuses nothing, and ${quoteCode('live-drift')} does not apply.`,
    proofTable(proof),
    '#### After the merge',
    `Remendo follows Argo CD until the merge commit is applied (at most ${span(policy.verify.propagationSeconds)}), and says here how it ended. It teaches nothing.`,
    '#### If this is wrong',
    `Close this pull request: what #${number} changed stays.`,
  ];
  const block = formatBlock('revert', state);
  const text = fitting(sections, limit - block.length - ROOM_FOR_END);
  return text === undefined ? undefined : `${text}\n\n${block}`;
}
