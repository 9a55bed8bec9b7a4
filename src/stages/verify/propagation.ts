import type { Application, ApplicationStatus } from '../../domain/kubernetes/application.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { groupOf } from '../../domain/object-ref.ts';

/** Whether Argo CD has applied a merge commit, from the Application's own status. */
export type Propagation =
  /** `at`: RFC 3339, when it was applied for the first time, by the cluster's clock. */
  | { readonly state: 'applied'; readonly at: string }
  | { readonly state: 'pending'; readonly reason: PendingReason; readonly detail: string };

/** Why a merge has not reached the cluster yet. */
export type PendingReason =
  | 'no-status'
  | 'not-compared'
  | 'skip-reconcile'
  | 'operation-running'
  | 'sync-failed'
  | 'manual-sync'
  | 'out-of-sync'
  | 'rolled-back'
  | 'not-reconciled'
  /** Argo CD cannot render what was merged, or a commit beside it. */
  | 'cannot-render'
  /** Argo CD cannot get at the repository or the cluster. */
  | 'cannot-compare'
  /** Git could not be asked whether a revision contains the merge. */
  | 'cannot-tell';

/** Whether a commit of the Application's repository contains the merge; undefined where Git cannot be asked. */
export type Contains = (revision: string) => Promise<boolean | undefined>;

/** What was merged, as far as propagation needs it. */
export interface Merge {
  /** RFC 3339, by the forge's clock. */
  readonly mergedAt: string;
  /** The objects that the merge changes, and the one that failed. */
  readonly objects: readonly ObjectRef[];
}

interface Revisions {
  readonly revision?: string | undefined;
  readonly revisions?: readonly string[] | null | undefined;
}

/** Words of errors that have nothing to do with what the repository holds. */
const OUTSIDE =
  /code = (Unavailable|DeadlineExceeded|Canceled)|context (deadline|canceled)|dial tcp|connection (refused|reset)|i\/o timeout|timed out|no such host|authentication required|failed to (list refs|fetch)|unable to (connect|resolve)|cluster cache/i;

/**
 * Follows the merge through `status` as reference page argocd 1.3 describes: the compared revision contains the merge, the
 * changed objects are synced, and the comparison is newer than the sync. Other objects of the Application may be out of
 * sync for ever, and a sync may wait for the health of the very workload: neither says anything about the merge.
 */
export async function propagationOf(
  application: Application,
  sourceIndex: number,
  merge: Merge,
  contains: Contains,
): Promise<Propagation> {
  const { status } = application;
  if (!status) return pending('no-status', 'the Application has no status yet');
  const failure = comparisonError(status, merge.mergedAt);
  if (failure) return failure;
  const compared = revisionAt(status.sync, sourceIndex);
  const known = compared === undefined ? false : await contains(compared);
  if (known === undefined) return pending('cannot-tell', 'the repository cannot be asked which commits it contains');
  if (!known) return notCompared(application);
  const operation = status.operationState;
  const tried = revisionAt(operation?.syncResult ?? undefined, sourceIndex);
  const triedIt = tried !== undefined && (await contains(tried)) === true;
  const deployed = await firstDeployment(status, sourceIndex, contains);
  if (!isSynced(status, merge.objects)) {
    if (deployed.rolledBack) return pending('rolled-back', `it was applied at ${deployed.at} and rolled back`);
    return notApplied(application, triedIt);
  }
  const finishedAt = triedIt && operation?.phase === 'Succeeded' ? (operation.finishedAt ?? undefined) : undefined;
  if (finishedAt !== undefined && isBefore(status.reconciledAt ?? undefined, finishedAt)) {
    return pending('not-reconciled', 'Argo CD has not looked at the cluster since the sync');
  }
  const started = triedIt ? operation?.startedAt : undefined;
  // Where nothing had to be applied there is no time of it: the merge is the earliest that it can be.
  return { state: 'applied', at: deployed.at ?? started ?? finishedAt ?? merge.mergedAt };
}

/**
 * When the merge was applied for the first time, from `status.history` (newest last): later syncs must not make it look
 * younger. The start counts, because new pods come into being while a sync still runs. An entry of another revision on
 * top of it is a rollback.
 */
async function firstDeployment(
  status: ApplicationStatus,
  sourceIndex: number,
  contains: Contains,
): Promise<{ readonly at: string | undefined; readonly rolledBack: boolean }> {
  let at: string | undefined;
  let newest = true;
  let rolledBack = false;
  for (const entry of (status.history ?? []).toReversed()) {
    const revision = revisionAt(entry, sourceIndex);
    const holds = revision !== undefined && (await contains(revision)) === true;
    if (holds) {
      rolledBack ||= !newest && at === undefined;
      at = entry.deployStartedAt ?? entry.deployedAt ?? at;
    } else if (at !== undefined) return { at, rolledBack };
    newest = false;
  }
  return { at, rolledBack };
}

/** Of several sources the one at the index; absent fields may be empty texts. */
function revisionAt(revisions: Revisions | undefined, sourceIndex: number): string | undefined {
  const several = revisions?.revisions;
  const revision = several && several.length > 0 ? several[sourceIndex] : revisions?.revision;
  return revision === '' ? undefined : revision;
}

/** Whether the objects are synced; where the Application does not list one, its own state counts. */
function isSynced(status: ApplicationStatus, objects: readonly ObjectRef[]): boolean {
  return objects.every((object) => {
    const listed = status.resources?.find(
      ({ group = '', kind, namespace, name }) =>
        group === groupOf(object.apiVersion) &&
        kind === object.kind &&
        name === object.name &&
        (namespace ?? object.namespace) === object.namespace,
    );
    return (listed?.status ?? status.sync?.status) === 'Synced';
  });
}

function isBefore(time: string | undefined, reference: string): boolean {
  return time === undefined || Date.parse(time) < Date.parse(reference);
}

function pending(reason: PendingReason, detail: string): Propagation {
  return { state: 'pending', reason, detail };
}

/** An error that stands since the merge. One from before it is somebody else's, and the revision tells the rest. */
function comparisonError({ conditions }: ApplicationStatus, mergedAt: string): Propagation | undefined {
  const error = conditions?.find(
    ({ type, lastTransitionTime }) =>
      (type === 'ComparisonError' || type === 'InvalidSpecError') && !isBefore(lastTransitionTime, mergedAt),
  );
  if (!error) return undefined;
  const message = error.message ?? '';
  return OUTSIDE.test(message)
    ? pending('cannot-compare', `Argo CD cannot compare: ${message}`)
    : pending('cannot-render', `Argo CD cannot use what is in Git. ${error.type}: ${message}`);
}

function notCompared({ metadata, status }: Application): Propagation {
  if (metadata.annotations?.['argocd.argoproj.io/skip-reconcile'] === 'true') {
    return pending('skip-reconcile', 'the Application is annotated skip-reconcile');
  }
  return status?.operationState?.phase === 'Running'
    ? stuck(status)
    : pending('not-compared', 'Argo CD has not compared the merge commit yet');
}

function notApplied({ spec, status }: Application, tried: boolean): Propagation {
  const { phase, message = '' } = status?.operationState ?? {};
  if (status && phase === 'Running') return stuck(status);
  if (tried && (phase === 'Failed' || phase === 'Error')) {
    return pending('sync-failed', `the sync of the merge commit failed: ${message}`);
  }
  const automated = spec.syncPolicy?.automated;
  if (!automated || automated.enabled === false) {
    return pending('manual-sync', 'the Application has no automated sync: somebody must sync it');
  }
  const syncError = status?.conditions?.find(({ type }) => type === 'SyncError');
  return syncError
    ? pending('sync-failed', syncError.message ?? 'SyncError')
    : pending('out-of-sync', 'Argo CD has compared the merge commit and not applied it yet');
}

/** A sync that waits for a broken workload blocks its own fix: argo-cd#17314. */
function stuck({ operationState }: ApplicationStatus): Propagation {
  return pending(
    'operation-running',
    `a sync is still running (${operationState?.message ?? 'no message'}); where it waits for the broken workload itself, it must be terminated by hand`,
  );
}
