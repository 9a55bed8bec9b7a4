import type { JsonObject } from '../../../domain/json.ts';
import type { ClusterContext } from '../context.ts';
import { fromJson } from '../json-object.ts';
import { lastApplied } from '../last-applied.ts';
import { qualified } from '../resources.ts';
import { writeObject } from '../write.ts';
import type { Application, ResourceResult } from './application.ts';
import type { Compared } from './compare.ts';

/** Order in which kinds are applied (gitops-engine/pkg/sync/sync_tasks.go); others come last. */
const ORDER =
  'Namespace NetworkPolicy ResourceQuota LimitRange PodDisruptionBudget Secret ConfigMap StorageClass PersistentVolume PersistentVolumeClaim ServiceAccount ClusterRole ClusterRoleBinding Role RoleBinding Service DaemonSet Pod ReplicaSet Deployment StatefulSet Job CronJob Ingress'.split(
    ' ',
  );

function rank({ resource, target }: Compared): number {
  const at = ORDER.indexOf(resource.kind);
  const metadata = target?.metadata;
  const annotations =
    typeof metadata === 'object' && metadata !== null && 'annotations' in metadata ? metadata.annotations : undefined;
  const wave =
    typeof annotations === 'object' && annotations !== null && 'argocd.argoproj.io/sync-wave' in annotations
      ? Number(annotations['argocd.argoproj.io/sync-wave'])
      : 0;
  return wave * 1000 + (at < 0 ? ORDER.length : at);
}

/** How a sync ended, and what it did with each object. */
export interface SyncOutcome {
  readonly ok: boolean;
  readonly message: string;
  readonly resources: ResourceResult[];
}

/** Applies what differs, and prunes where the policy says so. */
export function syncApplication(
  context: ClusterContext,
  application: Application,
  compared: readonly Compared[],
): SyncOutcome {
  const { destination, syncPolicy } = application.spec;
  const namespace = destination.namespace ?? 'default';
  if (
    syncPolicy?.syncOptions?.includes('CreateNamespace=true') === true &&
    !context.store.get('Namespace', undefined, namespace)
  ) {
    createNamespace(context, namespace);
  }
  const results: ResourceResult[] = [];
  const tasks = compared.filter(({ target }) => target !== undefined || syncPolicy?.automated?.prune === true);
  for (const task of [...tasks].sort((a, b) => rank(a) - rank(b)))
    results.push(task.target ? applyOne(context, task) : prune(context, task));
  const failed = results.find(({ status }) => status === 'SyncFailed');
  const message = failed
    ? `one or more objects failed to apply, reason: ${failed.message}`
    : 'successfully synced (all tasks run)';
  return { ok: !failed, message, resources: results };
}

/** A namespace with what every namespace has from the start. */
export function createNamespace(
  context: Pick<ClusterContext, 'store'>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): void {
  const metadata = { name, labels: { 'kubernetes.io/metadata.name': name, ...labels } };
  context.store.create({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata,
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  });
  context.store.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } });
  const authority: JsonObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-root-ca.crt', namespace: name },
    data: { 'ca.crt': 'the sandbox speaks plain HTTP\n' },
  };
  context.store.create(fromJson(authority));
}

function result(task: Compared, status: ResourceResult['status'], message: string): ResourceResult {
  const { group, version, kind } = task.resource;
  const hookPhase = status === 'SyncFailed' ? 'Failed' : 'Running';
  return {
    group,
    version,
    kind,
    namespace: task.namespace ?? '',
    name: task.name,
    status,
    message,
    hookPhase,
    syncPhase: 'Sync',
  };
}

function applyOne(context: ClusterContext, task: Compared): ResourceResult {
  const last = lastApplied(task.live);
  const object = task.target ?? {};
  const answer = writeObject(context.store, {
    resource: task.resource,
    object,
    verb: 'apply',
    dryRun: false,
    ...(last ? { last } : {}),
  });
  if (!answer.ok) return result(task, 'SyncFailed', answer.status.message);
  const verb = answer.created ? 'created' : answer.changed ? 'configured' : 'unchanged';
  return result(task, 'Synced', `${qualified(task.resource.kind.toLowerCase(), task.resource)}/${task.name} ${verb}`);
}

function prune(context: ClusterContext, task: Compared): ResourceResult {
  if (task.live) context.store.delete(task.live);
  return result(task, 'Pruned', 'pruned');
}
