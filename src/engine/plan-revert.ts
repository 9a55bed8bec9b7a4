import type { ChangeSet, FileChange } from '../domain/change-set.ts';
import type { Problem } from '../domain/problem.ts';
import type { Proof } from '../domain/proof.ts';
import type { Location } from '../domain/source.ts';
import type { GitRepository } from '../ports/git.ts';
import type { OwnPullRequest } from '../stages/deliver/ledger.ts';
import type { PullRequestState } from '../stages/deliver/state-block.ts';
import { undoText } from '../stages/edit/undo-text.ts';
import { proveRevert } from '../stages/prove/prove-revert.ts';
import type { FollowScene } from './follow-scene.ts';
import type { ForgeMemory } from './forge-memory.ts';
import { locate } from './locate.ts';
import { pastIncident } from './past-incident.ts';
import type { EnginePorts } from './ports.ts';

/** How far back the history of a source is read. */
const VERSIONS = 20;

/** A revert that may be delivered, why it must not be (said to who asked), or a trouble that may pass. */
export type RevertPlan =
  | { readonly kind: 'proven'; readonly location: Location; readonly changeSet: ChangeSet; readonly proof: Proof }
  | { readonly kind: 'refused'; readonly code: RevertRefusal; readonly reason: string; readonly proof?: Proof }
  | { readonly kind: 'failed'; readonly reason: string };

/** Why a revert that was asked for is not made. */
export type RevertRefusal =
  /** Git does not tell (any more) what exactly was merged. */
  | 'merge-unknown'
  | 'base-gone'
  | 'file-gone'
  | 'changed-since'
  | 'already-undone'
  | 'not-located'
  | 'refused-by-proof'
  | 'proof-incomplete'
  /** A branch, or a pull request, of somebody else is in its place. */
  | 'branch-taken'
  | 'not-remendos'
  /** Who asked may not write to the repository, or the forge does not tell. */
  | 'not-trusted';

/** Finds the bytes that a merge changed, puts them back on the present head, and proves that. */
export async function planRevert(
  ports: EnginePorts,
  { openFiles }: Pick<ForgeMemory, 'openFiles'>,
  own: OwnPullRequest & { readonly state: PullRequestState },
  scene: FollowScene,
): Promise<RevertPlan> {
  const { state, pull } = own;
  const repository = await ports.git.open(state.repoURL);
  if (!repository.ok) return { kind: 'failed', reason: repository.error.message };
  const undone = await undo(repository.value, own);
  if (undone.kind !== 'undone') return undone;
  const place = `the lines that pull request #${pull.number} changed`;
  const changeSet: ChangeSet = {
    repoURL: state.repoURL,
    baseRevision: undone.head,
    files: undone.files,
    edits: [],
    place,
  };
  const located = await locate({ object: state.object }, scene);
  if (!located.ok) return refused('not-located', located.error);
  const { location } = located.value;
  const { pairs, unrendered } = await scene.sources.pairs(location, changeSet);
  const touched = new Set(undone.files.map(({ path }) => path));
  const { origin: _origin, name, rationale, changes } = state;
  const proof = await proveRevert({
    incident: scene.incidents.find(({ fingerprint }) => fingerprint === own.fingerprint) ?? pastIncident(state),
    fix: { kind: 'fix', origin: 'history', name, rationale, changes, evidence: [] },
    location,
    changeSet,
    policy: ports.policy,
    snapshot: scene.snapshot,
    pairs,
    unrendered,
    versions: () => scene.sources.versions(location, VERSIONS),
    humanPullRequests: openFiles?.filter(({ files }) => files.some((file) => touched.has(file))),
    refuted: new Set(),
    dryRun: ports.dryRun,
    registry: ports.registry,
    now: new Date(scene.snapshot.takenAt),
  });
  if (proof.verdict === 'proven') return { kind: 'proven', location, changeSet, proof };
  const wanted = proof.verdict === 'refused' ? 'fail' : 'unknown';
  const told = proof.checks.filter(({ result }) => result === wanted).map((check) => `${check.name}: ${check.detail}`);
  const code = proof.verdict === 'refused' ? 'refused-by-proof' : 'proof-incomplete';
  return { kind: 'refused', code, reason: told.join(' '), proof };
}

type Undone = Exclude<RevertPlan, { kind: 'proven' }> | { kind: 'undone'; head: string; files: readonly FileChange[] };

/** The files on the head of the base branch with the lines as they were before the merge. */
async function undo(
  repository: GitRepository,
  { pull, state }: OwnPullRequest & { readonly state: PullRequestState },
): Promise<Undone> {
  const unknown = `Git does not tell what the merge of #${pull.number} changed.`;
  const merge = pull.mergeCommitSha;
  if (merge === undefined) return { kind: 'refused', code: 'merge-unknown', reason: unknown };
  const log = await repository.log(merge, [], 1);
  if (!log.ok) return refused('merge-unknown', log.error);
  const [parent] = log.value[0]?.parents ?? [];
  if (parent === undefined) return { kind: 'refused', code: 'merge-unknown', reason: unknown };
  const head = await repository.resolve(pull.base.ref);
  if (!head.ok) return refused('base-gone', head.error);
  const files: FileChange[] = [];
  let same = 0;
  for (const { path } of state.files) {
    const texts = [];
    for (const revision of [parent, merge, head.value]) {
      const text = await repository.readFile(revision, path);
      if (!text.ok) return refused('merge-unknown', text.error);
      texts.push(text.value);
    }
    const [before, after, now] = texts;
    // What is no UTF-8 was changed by reading it: written back it would not be byte by byte what it was.
    if (texts.some((text) => text?.includes('\uFFFD') === true)) {
      return { kind: 'refused', code: 'merge-unknown', reason: `${path} is not plain UTF-8 text.` };
    }
    if (now === undefined) return { kind: 'refused', code: 'file-gone', reason: `${path} is not there any more.` };
    if (before === undefined || after === undefined) return { kind: 'refused', code: 'merge-unknown', reason: unknown };
    if (now === before && before !== after) {
      same++;
      continue;
    }
    const file = undoText({ path, before, after, now });
    if (!file.ok) return refused(file.error.code === 'changed-since' ? 'changed-since' : 'merge-unknown', file.error);
    files.push(file.value);
  }
  if (same > 0) {
    const reason = `${same === state.files.length ? 'Everything' : 'A part of it'} is as it was before #${pull.number} already.`;
    return { kind: 'refused', code: 'already-undone', reason };
  }
  return { kind: 'undone', head: head.value, files };
}

/** Problems of the outside that may pass: nobody is told that a revert cannot be had. */
const PASSING = /unreachable|unauthorized|timeout|disk-full|busy/;

function refused(code: RevertRefusal, { code: cause, message }: Problem): Exclude<RevertPlan, { kind: 'proven' }> {
  const reason = `${message.slice(0, 1).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;
  return PASSING.test(cause) ? { kind: 'failed', reason } : { kind: 'refused', code, reason };
}
