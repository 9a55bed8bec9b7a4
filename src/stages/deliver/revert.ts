import { sha256 } from '../../domain/fingerprint.ts';
import type { ForgeError, PullRequest } from '../../ports/forge.ts';
import { forgeFailure } from './forge-failure.ts';
import type { DeliverPorts } from './deliver.ts';
import type { RevertPullRequest } from './ledger.ts';
import { LABEL, REVERT_LABEL, readLedger } from './ledger.ts';
import { revertBranchName } from './naming.ts';
import { commitMessage, isOwnCommit } from './ownership.ts';
import { plainTitle } from './quote.ts';
import type { RevertDelivery } from './revert-body.ts';
import { renderRevertBody } from './revert-body.ts';
import type { RevertAnswer, RevertState } from './state-block.ts';

/** What became of it: the pull request, that there is one already, that it must not be, or that the forge did not do it. */
export type RevertDelivered =
  | { readonly kind: 'opened'; readonly revert: RevertPullRequest & { readonly state: RevertState } }
  | { readonly kind: 'exists' }
  | { readonly kind: 'refused'; readonly code: 'branch-taken'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfter?: number };

/**
 * Opens the one pull request that puts a merged one back, where the ledger of the pass had none. Safe to run again after a kill at any point: the branch carries
 * the number of what it puts back, and what exists already is adopted. The limits do not count: a person asked for it.
 */
export async function openRevert(ports: DeliverPorts, delivery: RevertDelivery): Promise<RevertDelivered> {
  const { forge, repository } = ports;
  const { own, changeSet } = delivery;
  const { fingerprint, state } = own;
  if (repository.archived) return { kind: 'failed', reason: 'the repository is archived' };
  if (!repository.canPush) return { kind: 'failed', reason: 'the credential may not write to the repository' };
  const branch = revertBranchName({ object: state.object, fingerprint }, own.pull.number);
  const tip = await forge.reader.branchCommit(branch);
  if (!tip.ok) return failed(`read branch ${branch}`, tip.error);
  if (tip.value && !isOwnCommit(tip.value, fingerprint, repository)) {
    return { kind: 'refused', code: 'branch-taken', reason: `Branch ${branch} exists and is not Remendo's.` };
  }
  const text = await write(ports, delivery);
  if (!text) return { kind: 'failed', reason: 'the text of the pull request could not be searched for secrets' };
  // A second installation may have answered the same command since this pass began.
  const now = await readLedger(forge.reader, repository.login);
  if (!now.ok) return failed('read the pull requests', now.error);
  const isSame = (other: RevertPullRequest) => other.of === own.pull.number && other.fingerprint === fingerprint;
  if (now.value.reverts.some(isSame)) return { kind: 'exists' };
  const committed = await forge.writer.commit({
    branch,
    parent: changeSet.baseRevision,
    ...(tip.value ? { expectedHead: tip.value.sha } : {}),
    message: commitMessage(text.title, fingerprint),
    files: changeSet.files.map(({ path, after }) => ({ path, content: after })),
  });
  if (!committed.ok) return failed(`write branch ${branch}`, committed.error);
  const { title, body, state: remembered } = text;
  const created = await forge.writer.createPullRequest({ title, body, head: branch, base: own.pull.base.ref });
  if (!created.ok) {
    return created.error.code === 'exists' ? { kind: 'exists' } : failed('open the pull request', created.error);
  }
  // Where this fails, the next pass finds the labels missing and puts them on.
  await forge.writer.setLabels(created.value.number, [LABEL, REVERT_LABEL]);
  const revert = { pull: created.value, fingerprint, of: own.pull.number, state: remembered };
  return { kind: 'opened', revert };
}

function failed(what: string, error: ForgeError): RevertDelivered {
  return { kind: 'failed', ...forgeFailure(what, error) };
}

async function write(
  { forge, hide, policy }: DeliverPorts,
  delivery: RevertDelivery,
): Promise<{ readonly title: string; readonly body: string; readonly state: RevertState } | undefined> {
  try {
    const { changeSet, proof, outcome, own } = delivery;
    const files = [];
    for (const file of changeSet.files) files.push({ ...file, diff: await hide(file.diff) });
    const checks = [];
    for (const check of proof.checks) checks.push({ ...check, detail: await hide(check.detail) });
    const hidden = {
      ...delivery,
      changeSet: { ...changeSet, files },
      proof: { ...proof, checks },
      outcome: { ...outcome, detail: await hide(outcome.detail) },
    };
    const state = stateOf(delivery);
    const body = renderRevertBody(hidden, state, policy, forge.capabilities.bodyLimit);
    const title = plainTitle(await hide(`Revert "${own.pull.title}"`));
    return body === undefined ? undefined : { title, body, state };
  } catch {
    return undefined;
  }
}

function stateOf({ own, command, changeSet }: RevertDelivery): RevertState {
  const { fingerprint, cluster, object, changes, application, repoURL } = own.state;
  return {
    version: 1,
    fingerprint,
    cluster,
    of: own.pull.number,
    by: command.by,
    comment: command.comment,
    objects: [object, ...changes.map((change) => change.object)],
    application,
    repoURL,
    baseRevision: changeSet.baseRevision,
    files: changeSet.files.map(({ path, before, after }) => ({ path, before: sha256(before), after: sha256(after) })),
  };
}

/** What is to be told on the pull request that is put back. */
export function answerFrom(
  { pull, state }: { readonly pull: PullRequest; readonly state: RevertState },
  end: string | undefined,
): RevertAnswer {
  const of = { comment: state.comment, by: state.by, pull: pull.number };
  if (pull.state === 'open') return { ...of, state: 'open', detail: 'Merge it to have the change put back.' };
  if (pull.state === 'closed') {
    return {
      ...of,
      state: 'closed',
      detail: 'It was closed without merge, so the change stays. Reopen it if need be.',
    };
  }
  if (end === 'reverted')
    return { ...of, state: 'reverted', detail: 'Merged and applied: the lines are as they were.' };
  if (end === 'never-applied') return { ...of, state: 'never-applied', detail: 'Merged and never applied: see there.' };
  return { ...of, state: 'open', detail: 'Merged, and followed until it is applied.' };
}
