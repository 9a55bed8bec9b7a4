import type { ClusterContext, Controller } from '../context.ts';
import type { Deployment, ReplicaSet } from '../workload-objects.ts';
import { deploymentStatus } from './deployment-status.ts';
import { maxUnavailable, share } from './rollout.ts';
import { ownedBy, ownerOf } from './ownership.ts';
import { templateHash } from './template-hash.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const COMPONENT = 'deployment-controller';

const available = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0;
const replicasOf = (set: ReplicaSet): number => set.spec.replicas ?? 0;
const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number): number =>
  sets.reduce((all, set) => all + of(set), 0);

/** Rolls Deployments out through ReplicaSets (k8s.io/kubernetes/pkg/controller/deployment). */
export function createDeploymentController(context: ClusterContext): Controller {
  return () => {
    for (const deployment of context.store.list('Deployment')) reconcile(context, deployment);
  };
}

function reconcile(context: ClusterContext, deployment: Deployment): void {
  const all = (): ReplicaSet[] => ownedBy(context.store.list('ReplicaSet', deployment.metadata.namespace), deployment);
  if (deployment.spec.paused !== true) {
    const current = currentSet(context, deployment, all());
    const old = all().filter(({ metadata }) => metadata.uid !== current.metadata.uid);
    if (deployment.spec.strategy?.type === 'Recreate') recreate(context, deployment, current, old);
    else roll(context, deployment, current, old);
    forget(context, deployment, old);
  }
  const fresh = context.store.get('Deployment', deployment.metadata.namespace, deployment.metadata.name);
  if (fresh) deploymentStatus(context, fresh, all());
}

function currentSet(context: ClusterContext, deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet {
  const hash = templateHash(deployment.spec.template);
  const name = `${deployment.metadata.name}-${hash}`;
  const revisionOf = (set: ReplicaSet): number => Number(set.metadata.annotations?.[REVISION] ?? 0);
  const highest = Math.max(0, ...sets.filter((set) => set.metadata.name !== name).map(revisionOf));
  const found = sets.find((set) => set.metadata.name === name);
  const revision = String(found && revisionOf(found) > highest ? revisionOf(found) : highest + 1);
  const annotations = {
    ...inherited(deployment),
    'deployment.kubernetes.io/desired-replicas': String(deployment.spec.replicas ?? 1),
    [REVISION]: revision,
  };
  if (deployment.metadata.annotations?.[REVISION] !== revision) {
    context.store.update(deployment, (draft) => {
      draft.metadata.annotations = { ...draft.metadata.annotations, [REVISION]: revision };
    });
  }
  if (found) {
    return context.store.update(found, (draft) => {
      draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
    });
  }
  const { template, selector } = deployment.spec;
  const labels = { ...template.metadata?.labels, 'pod-template-hash': hash };
  return context.store.create<ReplicaSet>({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: deployment.metadata.namespace ?? 'default',
      labels,
      annotations,
      ownerReferences: [ownerOf(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, 'pod-template-hash': hash } },
      template: { ...structuredClone(template), metadata: { ...template.metadata, labels } },
    },
    status: { replicas: 0 },
  });
}

function inherited(deployment: Deployment): Record<string, string> {
  const entries = Object.entries(deployment.metadata.annotations ?? {});
  return Object.fromEntries(
    entries.filter(([key]) => key !== REVISION && key !== 'kubectl.kubernetes.io/last-applied-configuration'),
  );
}

function scale(context: ClusterContext, deployment: Deployment, set: ReplicaSet, to: number): void {
  const from = replicasOf(set);
  if (from === to) return;
  const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${set.metadata.name} from ${from} to ${to}`;
  context.store.update(set, (draft) => {
    draft.spec.replicas = to;
  });
  context.events.record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message, component: COMPONENT });
}

function recreate(
  context: ClusterContext,
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
): void {
  for (const set of old) scale(context, deployment, set, 0);
  const left = context.store.list('Pod', deployment.metadata.namespace);
  if (old.every((set) => ownedBy(left, set).length === 0))
    scale(context, deployment, current, deployment.spec.replicas ?? 1);
}

function roll(context: ClusterContext, deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): void {
  const desired = deployment.spec.replicas ?? 1;
  const surge = old.some((set) => replicasOf(set) > 0)
    ? share(deployment.spec.strategy?.rollingUpdate?.maxSurge, desired, true)
    : 0;
  const total = sum([current, ...old], replicasOf);
  if (replicasOf(current) > desired) scale(context, deployment, current, desired);
  else if (replicasOf(current) < desired && desired + surge > total) {
    scale(
      context,
      deployment,
      current,
      replicasOf(current) + Math.min(desired - replicasOf(current), desired + surge - total),
    );
    return;
  }
  const minimum = desired - maxUnavailable(deployment);
  let room = total - minimum - (replicasOf(current) - Math.min(replicasOf(current), available(current)));
  // Pods of old revisions that serve nobody go first: removing them costs no availability.
  for (const set of old) {
    const cut = Math.min(room, replicasOf(set) - available(set));
    if (room <= 0 || cut <= 0) continue;
    scale(context, deployment, set, replicasOf(set) - cut);
    room -= cut;
  }
  const fresh = old.map((set) => context.store.get('ReplicaSet', set.metadata.namespace, set.metadata.name) ?? set);
  let spare = sum([current, ...fresh], available) - minimum;
  for (const set of fresh) {
    const cut = Math.min(spare, room, replicasOf(set));
    if (cut <= 0) continue;
    scale(context, deployment, set, replicasOf(set) - cut);
    spare -= cut;
    room -= cut;
  }
}

function forget(context: ClusterContext, deployment: Deployment, old: readonly ReplicaSet[]): void {
  const empty = old.filter((set) => replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0);
  const extra = empty.length - (deployment.spec.revisionHistoryLimit ?? 10);
  const byAge = [...empty].sort(
    (a, b) => Number(a.metadata.annotations?.[REVISION] ?? 0) - Number(b.metadata.annotations?.[REVISION] ?? 0),
  );
  for (const set of byAge.slice(0, Math.max(0, extra))) context.store.delete(set);
}
