import type { Policy } from '../../domain/policy.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Forge, ForgeError, RepositoryInfo } from '../../ports/forge.ts';
import { forgeFailure } from './forge-failure.ts';
import { renderBody } from './body.ts';
import type { Delivered, Delivery } from './delivery.ts';
import { sameEdit, sameEvidence, stateOf, withoutSecrets } from './delivery.ts';
import { heldBack } from './held-back.ts';
import type { Ledger, OwnPullRequest } from './ledger.ts';
import { LABEL, ofIncident, openOf, readLedger } from './ledger.ts';
import { limitReached } from './limits.ts';
import { endedSince, meanwhile, readAgain } from './meanwhile.ts';
import { branchName, pullRequestTitle } from './naming.ts';
import { twin } from './twin.ts';
import type { Commits } from './ownership.ts';
import { commitMessage, commitsOn, isOwnCommit } from './ownership.ts';
import type { PullRequestState } from './state-block.ts';
import type { Hide } from './sticky.ts';

/** What a delivery asks and writes. */
export interface DeliverPorts {
  readonly forge: Forge;
  readonly repository: RepositoryInfo;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly hide: Hide;
}

/**
 * Brings the forge to the state where one open pull request holds this fix. Safe to run again after a kill at any
 * point: the branch's name is the incident's, and what exists already is adopted. `ledger` is the pass's: it is read
 * again before anything is opened.
 */
export async function deliver(ports: DeliverPorts, delivery: Delivery, ledger: Ledger): Promise<Delivered> {
  const { fingerprint } = delivery.incident;
  const open = openOf(ledger, fingerprint);
  if (open) {
    const commits = await commitsOf(ports, open);
    return 'outcome' in commits ? commits : bringUpToDate(ports, delivery, open, commits);
  }
  const before = mayNotOpen(ports, delivery, ledger);
  if (before) return before;
  const again = await readLedger(ports.forge.reader, ports.repository.login);
  if (!again.ok) return failed('read the pull requests', again.error);
  const now = readAgain(ledger, again.value.fixes);
  const held = heldBack(now, fingerprint) ?? meanwhile(ledger, now, fingerprint) ?? mayNotOpen(ports, delivery, now);
  return held ?? openNew(ports, delivery, now);
}

/** Why no pull request may be opened, whatever is in it. */
function mayNotOpen(
  { repository, policy, clock }: DeliverPorts,
  { incident }: Delivery,
  ledger: Ledger,
): Delivered | undefined {
  if (repository.archived) return { outcome: 'failed', reason: 'the repository is archived' };
  const held = heldBack(ledger, incident.fingerprint);
  if (held) return held;
  const limit = limitReached(ledger, incident, policy.limits, clock.now());
  if (limit !== undefined) return { outcome: 'limit-reached', reason: limit };
  if (repository.canPush) return undefined;
  return { outcome: 'failed', reason: 'the credential may not write to the repository' };
}

/** The commits of Remendo's open pull request, or why it must be left alone. */
export async function commitsOf(
  { forge, repository }: Pick<DeliverPorts, 'forge' | 'repository'>,
  { pull, state, fingerprint }: OwnPullRequest,
): Promise<Commits | Delivered> {
  if (!state) {
    const reason = `pull request #${pull.number} is open; it is not Remendo's, or its hidden block is gone: it is left alone`;
    return { outcome: 'human-edited', reason, pull };
  }
  const own = { fingerprint, baseRevision: state.baseRevision };
  const commits = await commitsOn(forge.reader, pull, own, repository);
  if (!commits.ok) return failed(`read pull request #${pull.number}`, commits.error);
  if (!commits.value.foreign) return commits.value;
  const reason = `somebody committed to pull request #${pull.number}; it is theirs now`;
  return { outcome: 'human-edited', reason, pull };
}

async function openNew(ports: DeliverPorts, delivery: Delivery, ledger: Ledger): Promise<Delivered> {
  const { forge, repository } = ports;
  const { fingerprint } = delivery.incident;
  const base = branchOf(delivery.targetRevision, repository);
  const target = await forge.reader.branch(base);
  if (!target.ok) return failed(`read branch ${base}`, target.error);
  if (target.value === undefined) {
    const reason = `the Application follows ${delivery.targetRevision}, which is not a branch that could be changed`;
    return { outcome: 'not-editable', reason };
  }
  const branch = branchName(delivery.incident);
  const tip = await forge.reader.branchCommit(branch);
  if (!tip.ok) return failed(`read branch ${branch}`, tip.error);
  // What was merged is in the base: nobody's work is lost when its branch is used again.
  const merged = ofIncident(ledger, fingerprint).some(
    ({ pull }) => pull.state === 'merged' && pull.head.sha === tip.value?.sha,
  );
  if (tip.value && !merged && !isOwnCommit(tip.value, fingerprint, repository)) {
    return { outcome: 'human-edited', reason: `branch ${branch} exists and is not Remendo's` };
  }
  const text = await write(ports, delivery, stateOf);
  if ('outcome' in text) return text;
  const other = twin(ledger, text.state);
  if (other) return other;
  const committed = await forge.writer.commit({
    branch,
    parent: delivery.changeSet.baseRevision,
    ...(tip.value ? { expectedHead: tip.value.sha } : {}),
    message: commitMessage(text.title, fingerprint),
    files: delivery.changeSet.files.map(({ path, after }) => ({ path, content: after })),
  });
  if (!committed.ok) return failed(`write branch ${branch}`, committed.error);
  const created = await forge.writer.createPullRequest({ title: text.title, body: text.body, head: branch, base });
  if (!created.ok) {
    if (created.error.code !== 'exists') return failed('open the pull request', created.error);
    return { outcome: 'already-open', reason: `a pull request for ${branch} is open already` };
  }
  // Where this fails, the next pass finds the label missing and puts it on.
  await forge.writer.setLabels(created.value.number, [LABEL]);
  return { outcome: 'opened', reason: `pull request #${created.value.number}`, pull: created.value, state: text.state };
}

/**
 * Makes an open pull request hold this fix on this base. An edit that differs, or a base that was rewritten, is a new
 * commit; evidence of a new kind changes the body only, so that no review is lost; otherwise nothing is written.
 */
export async function bringUpToDate(
  ports: DeliverPorts,
  delivery: Delivery,
  { pull, state, fingerprint }: OwnPullRequest,
  { baseRewritten }: Pick<Commits, 'baseRewritten'>,
): Promise<Delivered> {
  const { forge } = ports;
  const own = pull.labels.filter((label) => label.startsWith(LABEL));
  // Missing after a kill, or left from before the pull request was reopened.
  if (own.join() !== LABEL) await forge.writer.setLabels(pull.number, [LABEL]);
  const text = await write(ports, delivery, (hidden) => stateOf(hidden, state));
  if ('outcome' in text) return text;
  const edited = baseRewritten || !state || !sameEdit(state, text.state);
  if (!edited && sameEvidence(state, text.state)) {
    return { outcome: 'already-open', reason: `pull request #${pull.number} is open and up to date`, pull };
  }
  const now = await forge.reader.pullRequest(pull.number);
  if (!now.ok) return failed(`read pull request #${pull.number}`, now.error);
  const ended = endedSince(now.value);
  if (ended) return ended;
  if (edited) {
    const committed = await forge.writer.commit({
      branch: pull.head.ref,
      parent: delivery.changeSet.baseRevision,
      expectedHead: pull.head.sha,
      message: commitMessage(text.title, fingerprint),
      files: delivery.changeSet.files.map(({ path, after }) => ({ path, content: after })),
    });
    if (!committed.ok) return failed(`update branch ${pull.head.ref}`, committed.error);
  }
  const updated = await forge.writer.updatePullRequest(pull.number, { title: text.title, body: text.body });
  if (!updated.ok) return failed(`update pull request #${pull.number}`, updated.error);
  return { outcome: 'updated', reason: `pull request #${pull.number} was brought up to date`, pull };
}

interface Written {
  readonly title: string;
  readonly body: string;
  readonly state: PullRequestState;
}

/** Title and body without secrets; a decision where that cannot be had. */
async function write(
  { forge, hide, policy }: DeliverPorts,
  delivery: Delivery,
  remember: (hidden: Delivery) => PullRequestState,
): Promise<Written | Delivered> {
  try {
    const hidden = await withoutSecrets(delivery, hide);
    const state = remember(hidden);
    const body = renderBody(hidden, state, policy, forge.capabilities.bodyLimit);
    if (body === undefined)
      return { outcome: 'not-editable', reason: 'the change is too large for a pull request’s text' };
    return { title: await pullRequestTitle(hidden.incident, delivery.fix, hide), body, state };
  } catch {
    return { outcome: 'failed', reason: 'the text of the pull request could not be searched for secrets' };
  }
}

/** The branch that a source follows. */
export function branchOf(targetRevision: string, { defaultBranch }: RepositoryInfo): string {
  return targetRevision === 'HEAD' ? defaultBranch : targetRevision.replace(/^refs\/heads\//, '');
}

function failed(what: string, error: ForgeError): Delivered {
  return { outcome: 'failed', ...forgeFailure(what, error) };
}
