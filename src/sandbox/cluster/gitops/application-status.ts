import type { ClusterContext } from '../context.ts';
import { rfc3339 } from '../time.ts';
import type { Application, ApplicationStatus } from './application.ts';
import { sourcesOf } from './application.ts';
import type { Compared } from './compare.ts';
import type { Health } from './health.ts';
import { healthOf, worst } from './health.ts';
import type { Desired } from './load.ts';

/** What an Application wants, where it could be loaded. */
export type Loaded = Extract<Desired, { ok: true }>;
type NotLoaded = Extract<Desired, { ok: false }>;

/** Health of an Application: the worst of what it manages. */
export function applicationHealth(
  context: ClusterContext,
  application: Application,
  compared: readonly Compared[],
): { status: Health; lastTransitionTime: string } {
  const each = compared.flatMap(({ target, resource, namespace, name }): Health[] => {
    const live = context.store.get(resource.kind, namespace, name);
    if (!target || live?.metadata.annotations?.['argocd.argoproj.io/ignore-healthcheck'] === 'true') return [];
    return live ? [healthOf(live) ?? 'Healthy'] : ['Missing'];
  });
  const status = worst(each);
  const before = application.status?.health;
  const since = before?.status === status ? before.lastTransitionTime : undefined;
  return { status, lastTransitionTime: since ?? rfc3339(context.clock.now()) };
}

/** Status where the desired state could not be loaded. */
export function failedStatus(context: ClusterContext, application: Application, desired: NotLoaded): ApplicationStatus {
  const now = rfc3339(context.clock.now());
  const before = application.status ?? {};
  const known = before.conditions?.find(
    ({ type, message }) => type === 'ComparisonError' && message === desired.message,
  );
  const revision = desired.revisions.at(-1) ?? '';
  const since = before.health?.status === 'Unknown' ? before.health.lastTransitionTime : undefined;
  return {
    ...before,
    controllerNamespace: 'argocd',
    conditions: [known ?? { type: 'ComparisonError', message: desired.message, lastTransitionTime: now }],
    health: { status: 'Unknown', lastTransitionTime: since ?? now },
    reconciledAt: now,
    sync: { comparedTo: comparedTo(application), ...(revision === '' ? {} : { revision }), status: 'Unknown' },
  };
}

function comparedTo({ spec }: Application): object {
  return { destination: spec.destination, ...sourceFields(spec) };
}

/** `source` or `sources`, as the spec has it. */
export function sourceFields({
  source,
  sources,
}: Application['spec']): Pick<Application['spec'], 'source' | 'sources'> {
  if (sources && sources.length > 0) return { sources };
  return source ? { source } : {};
}

/** `revision`, or `revisions` for an Application of several sources. */
export function revisionFields(desired: Loaded, application: Application): { revision: string; revisions?: string[] } {
  const several = (application.spec.sources ?? []).length > 0;
  return several ? { revision: '', revisions: [...desired.revisions] } : { revision: desired.revisions[0] ?? '' };
}

/** Status after a comparison. `changes` is what an operation added to it. */
export function comparedStatus(
  context: ClusterContext,
  application: Application,
  changes: Partial<ApplicationStatus>,
  desired: Loaded,
  compared: readonly Compared[],
): ApplicationStatus {
  const { conditions: _conditions, ...before } = { ...application.status, ...changes };
  const synced = compared.every((one) => one.synced);
  const several = sourcesOf(application).length > 1 || (application.spec.sources ?? []).length > 0;
  const images = new Set(JSON.stringify(desired.objects).match(/(?<="image":")[^"]+/g));
  const failed = before.operationState?.phase === 'Failed' && !synced ? before.operationState : undefined;
  return {
    ...before,
    controllerNamespace: 'argocd',
    ...(failed ? { conditions: [syncError(failed)] } : {}),
    health: applicationHealth(context, application, compared),
    reconciledAt: rfc3339(context.clock.now()),
    resourceHealthSource: 'appTree',
    resources: compared.map(resourceStatus),
    ...(several ? { sourceTypes: [...desired.types] } : { sourceType: desired.types[0] ?? 'Directory' }),
    summary: images.size > 0 ? { images: [...images] } : {},
    sync: {
      comparedTo: comparedTo(application),
      ...revisionFields(desired, application),
      status: synced ? 'Synced' : 'OutOfSync',
    },
  };
}

function syncError(failed: NonNullable<ApplicationStatus['operationState']>): {
  type: string;
  message: string;
  lastTransitionTime: string;
} {
  const message = `Failed last sync attempt to ${failed.syncResult.revision}: ${failed.message}`;
  return { type: 'SyncError', message, lastTransitionTime: failed.finishedAt ?? failed.startedAt };
}

function resourceStatus({
  resource,
  namespace,
  name,
  target,
  synced,
}: Compared): NonNullable<ApplicationStatus['resources']>[number] {
  return {
    ...(resource.group === '' ? {} : { group: resource.group }),
    version: resource.version,
    kind: resource.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    status: synced ? 'Synced' : 'OutOfSync',
    ...(target ? {} : { requiresPruning: true }),
  };
}
