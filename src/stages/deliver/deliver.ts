import type { Decision } from '../../domain/outcome.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Forge, ForgeError, PullRequest, RepositoryInfo } from '../../ports/forge.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { Delivery } from './body.ts';
import { renderBody, stateOf } from './body.ts';
import type { Ledger, OwnPullRequest } from './ledger.ts';
import { LABEL, RETRY_LABEL, labelledEnd, ofIncident } from './ledger.ts';
import { limitReached } from './limits.ts';
import { branchName, pullRequestTitle } from './naming.ts';
import { commitMessage, foreignCommit, isOwnCommit } from './ownership.ts';
import type { PullRequestState } from './state-block.ts';

export interface DeliverPorts {
  readonly forge: Forge;
  readonly clock: Clock;
  readonly policy: Policy;
}

/** The decision, and the pull request where there is one now. */
export interface Delivered extends Decision {
  readonly pull?: PullRequest;
}

/** Ends of the past that forbid another pull request for the same incident, whatever the fix. */
const MERGED_FAILURES = new Set(['not-fixed', 'made-worse', 'timed-out']);
const MAX_FAILURES = 3;

/**
 * What the past says about a new pull request for this incident, before any work is done for it. Undefined: go on.
 */
export function heldBack(ledger: Ledger, fingerprint: string): Delivered | undefined {
  const past = ofIncident(ledger, fingerprint).filter(({ pull }) => pull.state !== 'open');
  const rejected = past.find(
    ({ pull }) =>
      pull.state === 'closed' && labelledEnd(pull) !== 'resolved' && !pull.labels.includes(RETRY_LABEL),
  );
  if (rejected) {
    const { pull } = rejected;
    const reason = `pull request #${pull.number} for this failure was closed without merge; label it ${RETRY_LABEL} to be asked again`;
    return { outcome: 'rejected-before', reason, pull };
  }
  const failures = past.filter(({ pull }) => MERGED_FAILURES.has(labelledEnd(pull) ?? ''));
  if (failures.length >= MAX_FAILURES) {
    return { outcome: 'refuted-before', reason: `${failures.length} merged fixes did not help: this needs a person` };
  }
  const [latest] = past;
  if (latest?.pull.state === 'merged' && labelledEnd(latest.pull) === undefined) {
    return { outcome: 'verifying', reason: `pull request #${latest.pull.number} was merged and is being followed`, pull: latest.pull };
  }
  return undefined;
}

/**
 * Brings the forge to the state where one open pull request holds this fix. Safe to run again after a kill at any
 * point: the branch's name is the incident's, and what exists already is adopted.
 */
export async function deliver(ports: DeliverPorts, delivery: Delivery, ledger: Ledger): Promise<Delivered> {
  const repository = await ports.forge.reader.repository();
  if (!repository.ok) return failed('read the repository', repository.error);
  if (repository.value.archived) return { outcome: 'failed', reason: 'the repository is archived' };
  const open = ofIncident(ledger, delivery.incident.fingerprint).find(({ pull }) => pull.state === 'open');
  if (open) return refresh(ports, delivery, open, repository.value);
  const held = heldBack(ledger, delivery.incident.fingerprint);
  if (held) return held;
  const limit = limitReached(ledger, delivery.incident, ports.policy.limits, ports.clock.now());
  if (limit !== undefined) return { outcome: 'limit-reached', reason: limit };
  if (!repository.value.canPush) return { outcome: 'failed', reason: 'the credential may not write to the repository' };
  return openNew(ports, delivery, ledger, repository.value);
}

async function openNew(
  { forge, policy }: DeliverPorts,
  delivery: Delivery,
  ledger: Ledger,
  repository: RepositoryInfo,
): Promise<Delivered> {
  const { incident, fix, location } = delivery;
  const branch = branchName(incident);
  const title = pullRequestTitle(incident, fix);
  const tip = await forge.reader.branchCommit(branch);
  if (!tip.ok) return failed(`read branch ${branch}`, tip.error);
  const leftOver = ofIncident(ledger, incident.fingerprint).some(({ pull }) => pull.head.sha === tip.value?.sha);
  if (tip.value && !leftOver && !isOwnCommit(tip.value, incident.fingerprint, repository)) {
    return { outcome: 'human-edited', reason: `branch ${branch} exists and is not Remendo's` };
  }
  const committed = await forge.writer.commit({
    branch,
    parent: delivery.changeSet.baseRevision,
    ...(tip.value ? { expectedHead: tip.value.sha } : {}),
    message: commitMessage(title, incident.fingerprint),
    files: delivery.changeSet.files.map(({ path, after }) => ({ path, content: after })),
  });
  if (!committed.ok) return failed(`write branch ${branch}`, committed.error);
  const base = location.targetRevision === 'HEAD' ? repository.defaultBranch : location.targetRevision;
  const created = await forge.writer.createPullRequest({ title, body: renderBody(delivery, policy), head: branch, base });
  if (!created.ok) {
    if (created.error.code !== 'exists') return failed('open the pull request', created.error);
    return { outcome: 'already-open', reason: `a pull request for ${branch} is open already` };
  }
  await forge.writer.setLabels(created.value.number, [LABEL]);
  return { outcome: 'opened', reason: `pull request #${created.value.number}`, pull: created.value };
}

async function refresh(
  { forge, policy }: DeliverPorts,
  delivery: Delivery,
  { pull, state }: OwnPullRequest,
  repository: RepositoryInfo,
): Promise<Delivered> {
  const { incident, fix } = delivery;
  const foreign = await foreignCommit(forge.reader, pull, incident.fingerprint, repository);
  if (!foreign.ok) return failed(`read pull request #${pull.number}`, foreign.error);
  if (foreign.value) {
    return { outcome: 'human-edited', reason: `somebody committed to pull request #${pull.number}; it is theirs now`, pull };
  }
  if (!pull.labels.includes(LABEL)) await forge.writer.setLabels(pull.number, [LABEL]);
  if (state && sameMatter(state, stateOf(delivery))) {
    return { outcome: 'already-open', reason: `pull request #${pull.number} is open and up to date`, pull };
  }
  const title = pullRequestTitle(incident, fix);
  const committed = await forge.writer.commit({
    branch: pull.head.ref,
    parent: delivery.changeSet.baseRevision,
    expectedHead: pull.head.sha,
    message: commitMessage(title, incident.fingerprint),
    files: delivery.changeSet.files.map(({ path, after }) => ({ path, content: after })),
  });
  if (!committed.ok) return failed(`update branch ${pull.head.ref}`, committed.error);
  const updated = await forge.writer.updatePullRequest(pull.number, { title, body: renderBody(delivery, policy) });
  if (!updated.ok) return failed(`update pull request #${pull.number}`, updated.error);
  return { outcome: 'updated', reason: `pull request #${pull.number} was brought up to date`, pull };
}

/** Whether two states stand for the same edit of the same files for the same reason: then nothing is written. */
function sameMatter(a: PullRequestState, b: PullRequestState): boolean {
  const matter = ({ changes, files, evidenceDigest }: PullRequestState): JsonValue => ({
    changes: JSON.stringify(changes),
    files: files.map(({ path, before, after }) => `${path} ${before} ${after}`),
    evidenceDigest,
  });
  return canonicalJson(matter(a)) === canonicalJson(matter(b));
}

function failed(what: string, error: ForgeError): Delivered {
  const wait = error.retryAfter === undefined ? '' : `; again in ${error.retryAfter} s`;
  return { outcome: 'failed', reason: `could not ${what}: ${error.message} (${error.code}${wait})` };
}
