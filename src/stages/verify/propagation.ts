import type { Application, ApplicationStatus } from '../../domain/kubernetes/application.ts';

/** Whether Argo CD has applied a merge commit, from the Application's own status. */
export type Propagation =
  /** `at`: RFC 3339, when it was applied. */
  | { readonly state: 'applied'; readonly at: string }
  | { readonly state: 'pending'; readonly reason: string; readonly detail: string }
  /** Argo CD cannot render or apply what was merged. */
  | { readonly state: 'broken'; readonly detail: string };

/** Whether a commit of the Application's repository contains the merge. */
export type Contains = (revision: string) => Promise<boolean>;

interface Revisions {
  readonly revision?: string | undefined;
  readonly revisions?: readonly string[] | null | undefined;
}

/**
 * Follows the merge through `status` as reference page argocd 1.3 describes: the compared revision contains the merge,
 * Synced, and either the applied revision contains it too or nothing needed applying; `reconciledAt` after all of it.
 */
export async function propagationOf(
  application: Application,
  sourceIndex: number,
  mergedAt: string,
  contains: Contains,
): Promise<Propagation> {
  const { status } = application;
  if (!status) return { state: 'pending', reason: 'no-status', detail: 'the Application has no status yet' };
  const broken = status.conditions?.find(
    ({ type, lastTransitionTime }) =>
      (type === 'ComparisonError' || type === 'InvalidSpecError') && !isBefore(lastTransitionTime, mergedAt),
  );
  const compared = revisionAt(status.sync, sourceIndex);
  if (broken) return { state: 'broken', detail: `${broken.type}: ${broken.message ?? ''}` };
  if (compared === undefined || !(await contains(compared))) return notCompared(application);
  const operation = status.operationState;
  const applied = operation?.phase === 'Succeeded' ? revisionAt(operation.syncResult ?? undefined, sourceIndex) : undefined;
  const appliedIt = applied !== undefined && (await contains(applied));
  if (status.sync?.status !== 'Synced') return notApplied(application, await attempted(status, sourceIndex, contains));
  if (operation?.phase === 'Running') return stuck(status);
  const finishedAt = appliedIt ? (operation?.finishedAt ?? mergedAt) : mergedAt;
  if (isBefore(status.reconciledAt ?? undefined, finishedAt)) {
    return { state: 'pending', reason: 'not-reconciled', detail: 'Argo CD has not looked at the cluster since the sync' };
  }
  const first = await firstDeployment(status, sourceIndex, contains);
  const at = first ?? (appliedIt ? (operation?.startedAt ?? finishedAt) : mergedAt);
  return { state: 'applied', at: isBefore(at, mergedAt) ? mergedAt : at };
}

/**
 * When the merge was applied for the first time, from `status.history` (newest last): later syncs must not make it look
 * younger. The start counts, because new pods come into being while a sync still runs.
 */
async function firstDeployment(status: ApplicationStatus, sourceIndex: number, contains: Contains): Promise<string | undefined> {
  let first: string | undefined;
  for (const entry of (status.history ?? []).toReversed()) {
    const revision = revisionAt(entry, sourceIndex);
    if (revision === undefined || !(await contains(revision))) return first;
    first = entry.deployStartedAt ?? entry.deployedAt ?? first;
  }
  return first;
}

function revisionAt(revisions: Revisions | undefined, sourceIndex: number): string | undefined {
  return revisions?.revisions?.[sourceIndex] ?? revisions?.revision;
}

function isBefore(time: string | undefined, reference: string): boolean {
  return time === undefined || Date.parse(time) < Date.parse(reference);
}

async function attempted(status: ApplicationStatus, sourceIndex: number, contains: Contains): Promise<boolean> {
  const tried = revisionAt(status.operationState?.syncResult ?? undefined, sourceIndex);
  return tried !== undefined && (await contains(tried));
}

function notCompared({ metadata, status }: Application): Propagation {
  if (metadata.annotations?.['argocd.argoproj.io/skip-reconcile'] === 'true') {
    return { state: 'pending', reason: 'skip-reconcile', detail: 'the Application is annotated skip-reconcile' };
  }
  if (status?.operationState?.phase === 'Running') return stuck(status);
  return { state: 'pending', reason: 'not-compared', detail: 'Argo CD has not compared the merge commit yet' };
}

function notApplied({ spec, status }: Application, tried: boolean): Propagation {
  if (status?.operationState?.phase === 'Running') return stuck(status);
  const phase = status?.operationState?.phase;
  if (tried && (phase === 'Failed' || phase === 'Error')) {
    const message = status?.operationState?.message ?? '';
    return { state: 'pending', reason: 'sync-failed', detail: `the sync of the merge commit failed: ${message}` };
  }
  const automated = spec.syncPolicy?.automated;
  if (!automated || automated.enabled === false) {
    return { state: 'pending', reason: 'manual-sync', detail: 'the Application has no automated sync: somebody must sync it' };
  }
  const syncError = status?.conditions?.find(({ type }) => type === 'SyncError');
  return syncError
    ? { state: 'pending', reason: 'sync-failed', detail: syncError.message ?? 'SyncError' }
    : { state: 'pending', reason: 'out-of-sync', detail: 'Argo CD has compared the merge commit and not applied it yet' };
}

/** A sync that waits for a broken workload blocks its own fix: argo-cd#17314. */
function stuck({ operationState }: ApplicationStatus): Propagation {
  return {
    state: 'pending',
    reason: 'operation-running',
    detail: `a sync is still running (${operationState?.message ?? 'no message'}); where it waits for the broken workload itself, it must be terminated by hand`,
  };
}
