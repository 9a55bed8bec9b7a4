import type { ClusterContext } from '../context.ts';
import { rfc3339 } from '../time.ts';
import type { Application, ApplicationStatus, OperationState } from './application.ts';
import type { Loaded } from './application-status.ts';
import { revisionFields, sourceFields } from './application-status.ts';
import type { Compared, Comparison } from './compare.ts';
import type { SyncOutcome } from './sync.ts';
import { syncApplication } from './sync.ts';

/** How single Applications misbehave, by name. */
export interface GitOpsTroubles {
  /** The operation starts and never ends: it waits for the health of this object (`apps/Deployment/web`). */
  readonly stuck: Map<string, string>;
  /** Compared, but never synced. */
  readonly neverSync: Set<string>;
}

/** Argo CD's own where the Application says nothing (pkg/apis/application/v1alpha1, RevisionHistoryLimit). */
const HISTORY_LIMIT = 10;

/** Whether the policy wants a sync now, and nothing stands against it. */
function wantsSync(
  application: Application,
  desired: Loaded,
  compared: readonly Compared[],
  troubles: GitOpsTroubles,
): boolean {
  const { name } = application.metadata;
  const { automated } = application.spec.syncPolicy ?? {};
  if (automated === undefined || automated.enabled === false || troubles.neverSync.has(name)) return false;
  const open = compared.filter(({ synced, target }) => !synced && (target !== undefined || automated.prune === true));
  if (open.length === 0) return false;
  const last = application.status?.operationState;
  if (last?.phase === 'Running') return !troubles.stuck.has(name);
  // One attempt a commit: a failed one is not repeated, a good one only to heal drift.
  const applied = last?.syncResult.revisions ?? [last?.syncResult.revision];
  const again = JSON.stringify(applied) === JSON.stringify(desired.revisions);
  return !again || (last?.phase === 'Succeeded' && automated.selfHeal === true);
}

/** Syncs where it is wanted; returns what changes in the status. */
export function startOperation(
  context: ClusterContext,
  application: Application,
  desired: Loaded,
  { compared, unknown }: Comparison,
  troubles: GitOpsTroubles,
): Partial<ApplicationStatus> {
  const stuckOn = troubles.stuck.get(application.metadata.name);
  const last = application.status?.operationState;
  if (last?.phase === 'Running' && stuckOn === undefined) return finish(context, application, desired, last, true);
  if (!wantsSync(application, desired, compared, troubles)) return {};
  const revision = desired.revisions[0] ?? '';
  const startedAt = rfc3339(context.clock.now());
  record(context, application, 'OperationStarted', `Initiated automated sync to '${revision}'`);
  const outcome = withUnknown(syncApplication(context, application, compared), unknown);
  const fields = revisionFields(desired, application);
  const sync = { prune: application.spec.syncPolicy?.automated?.prune === true, ...fields };
  const running: OperationState = {
    operation: { initiatedBy: { automated: true }, retry: { limit: 5 }, sync },
    phase: 'Running',
    message: stuckOn === undefined ? outcome.message : `waiting for healthy state of ${stuckOn}`,
    startedAt,
    syncResult: { ...fields, resources: outcome.resources, ...sourceFields(application.spec) },
  };
  return stuckOn === undefined
    ? finish(context, application, desired, running, outcome.ok)
    : { operationState: running };
}

function finish(
  context: ClusterContext,
  application: Application,
  desired: Loaded,
  running: OperationState,
  ok: boolean,
): Partial<ApplicationStatus> {
  const finishedAt = rfc3339(context.clock.now());
  const message = running.message.startsWith('waiting for') ? 'successfully synced (all tasks run)' : running.message;
  const end = ok ? 'succeeded' : `failed: ${message}`;
  record(context, application, 'OperationCompleted', `Sync operation to ${running.syncResult.revision} ${end}`);
  const operationState: OperationState = { ...running, finishedAt, message, phase: ok ? 'Succeeded' : 'Failed' };
  if (!ok) return { operationState };
  return { operationState, history: history(application, desired, running.startedAt, finishedAt) };
}

/** A kind that the cluster does not serve fails the whole sync. */
function withUnknown(outcome: SyncOutcome, unknown: readonly string[]): SyncOutcome {
  const kind = unknown[0];
  if (kind === undefined) return outcome;
  const message = `The Kubernetes API could not find ${kind} for requested resource. Make sure the CRD is installed on the destination cluster.`;
  return { ...outcome, ok: false, message };
}

/** Records an event of an Application. */
export function record(context: ClusterContext, application: Application, reason: string, message: string): void {
  const component = 'argocd-application-controller';
  context.events.record(application, { type: 'Normal', reason, message, component });
}

type Entry = NonNullable<ApplicationStatus['history']>[number];

function history(application: Application, desired: Loaded, deployStartedAt: string, deployedAt: string): Entry[] {
  const before = application.status?.history ?? [];
  const fields = revisionFields(desired, application);
  const last = before.at(-1);
  // Healing drift at a commit that is deployed already is no new deployment.
  if (last && fields.revision !== '' && last.revision === fields.revision) return before;
  const id = (last?.id ?? -1) + 1;
  const initiatedBy = { automated: true };
  const limit = application.spec.revisionHistoryLimit ?? HISTORY_LIMIT;
  const entry = { deployStartedAt, deployedAt, id, initiatedBy, ...fields, ...sourceFields(application.spec) };
  return [...before, entry].slice(Math.max(0, before.length + 1 - limit));
}
