import type { ClusterContext } from '../context.ts';
import type { Application, ApplicationStatus } from './application.ts';
import { applicationHealth, comparedStatus, failedStatus } from './application-status.ts';
import type { Compared } from './compare.ts';
import { compare } from './compare.ts';
import type { Loader } from './load.ts';
import type { GitOpsTroubles } from './operation.ts';
import { record, startOperation } from './operation.ts';

/** A GitOps controller with Argo CD's Application fields and manners. */
export interface GitOpsController {
  readonly troubles: GitOpsTroubles;
  /** Asks the repositories, compares, and syncs where the policy says so. */
  readonly poll: () => Promise<void>;
  /** Keeps the Applications' health up to date between polls. */
  readonly step: () => void;
}

/** Compares and syncs all Applications of a cluster, as Argo CD's application controller does. */
export function createGitOpsController(context: ClusterContext, loader: Loader): GitOpsController {
  const troubles: GitOpsTroubles = { stuck: new Map(), neverSync: new Set() };
  const seen = new Map<string, readonly Compared[]>();
  // Safe: Applications are written only through the schema check or by this controller.
  const applications = (): Application[] => context.store.list('Application') as Application[];
  const fresh = ({ metadata }: Application): Application | undefined =>
    context.store.get('Application', metadata.namespace, metadata.name) as Application | undefined;

  const refresh = async (application: Application): Promise<void> => {
    if (application.metadata.annotations?.['argocd.argoproj.io/skip-reconcile'] === 'true') return;
    const desired = await loader.load(application);
    // The Application may have changed or gone while Git was asked; a changed one is looked at again next time.
    const current = fresh(application);
    if (!current) return;
    if (!desired.ok) {
      seen.delete(current.metadata.uid);
      write(context, current, failedStatus(context, current, desired));
      return;
    }
    const before = compare(context.store, current, desired.objects);
    const changes = startOperation(context, current, desired, before, troubles);
    const { compared } = compare(context.store, current, desired.objects);
    const target = fresh(current);
    if (!target) return;
    seen.set(target.metadata.uid, compared);
    write(context, target, comparedStatus(context, target, changes, desired, compared));
  };
  return {
    troubles,
    poll: async () => {
      for (const application of applications()) await refresh(application);
    },
    step: () => {
      for (const application of applications()) {
        const compared = seen.get(application.metadata.uid);
        if (!compared) continue;
        const health = applicationHealth(context, application, compared);
        write(context, application, { ...application.status, health });
      }
    },
  };
}

function write(context: ClusterContext, application: Application, status: ApplicationStatus): void {
  const before = application.status ?? {};
  const updated = context.store.update(application, (draft) => {
    draft.status = status;
  });
  const moved = (what: string, from: string | undefined, to: string | undefined): void => {
    if (from !== to)
      record(context, updated, 'ResourceUpdated', `Updated ${what} status: ${from ?? ''} -> ${to ?? ''}`);
  };
  moved('sync', before.sync?.status, status.sync?.status);
  moved('health', before.health?.status, status.health?.status);
}
