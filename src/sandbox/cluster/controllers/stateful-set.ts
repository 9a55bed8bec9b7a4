import type { ClusterContext, Controller } from '../context.ts';
import type { KubeObject, Pod } from '../objects.ts';
import type { StatefulSet } from '../workload-objects.ts';
import { omitZero } from './conditions.ts';
import { ownedBy, ownerOf } from './ownership.ts';
import { createPod, deletePod, isReady } from './pods.ts';
import { templateHash } from './template-hash.ts';

const COMPONENT = 'statefulset-controller';
const HASH = 'controller-revision-hash';

/** Runs StatefulSets in order of their ordinals (k8s.io/kubernetes/pkg/controller/statefulset). */
export function createStatefulSetController(context: ClusterContext): Controller {
  return () => {
    for (const set of context.store.list('StatefulSet')) reconcile(context, set);
  };
}

function reconcile(context: ClusterContext, set: StatefulSet): void {
  const revision = `${set.metadata.name}-${templateHash(set.spec.template)}`;
  const current = set.status?.currentRevision ?? revision;
  keepRevision(context, set, revision);
  const pods = ownedBy(context.store.list('Pod', set.metadata.namespace), set);
  const wanted = set.spec.replicas ?? 1;
  const byOrdinal = (i: number): Pod | undefined =>
    pods.find(({ metadata }) => metadata.name === `${set.metadata.name}-${i}`);
  if (!fill(context, set, wanted, revision, byOrdinal)) trimAndUpdate(context, set, wanted, revision, pods, byOrdinal);
  report(context, set, current, revision);
}

/** Creates missing pods in order; true while a pod is not healthy and so everything else must wait. */
function fill(
  context: ClusterContext,
  set: StatefulSet,
  wanted: number,
  revision: string,
  byOrdinal: (i: number) => Pod | undefined,
): boolean {
  const ordered = set.spec.podManagementPolicy !== 'Parallel';
  for (let i = 0; i < wanted; i++) {
    const pod = byOrdinal(i);
    if (pod?.metadata.deletionTimestamp !== undefined) return ordered;
    if (pod?.status?.phase === 'Failed' || pod?.status?.phase === 'Succeeded') {
      deletePod(context, pod);
      return ordered;
    }
    if (!pod) create(context, set, i, revision);
    if (ordered && (!pod || !isReady(pod))) return true;
  }
  return false;
}

function create(context: ClusterContext, set: StatefulSet, ordinal: number, revision: string): void {
  const name = `${set.metadata.name}-${ordinal}`;
  const namespace = set.metadata.namespace ?? 'default';
  const template = structuredClone(set.spec.template);
  for (const claim of set.spec.volumeClaimTemplates ?? []) {
    const claimName = `${claim.metadata.name}-${name}`;
    if (!context.store.get('PersistentVolumeClaim', namespace, claimName)) {
      const labels = set.spec.selector.matchLabels ?? {};
      context.store.create({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: claimName, namespace, labels },
        spec: claim.spec,
        status: { phase: 'Pending' },
      });
      const message = `create Claim ${claimName} Pod ${name} in StatefulSet ${set.metadata.name} success`;
      context.events.record(set, { type: 'Normal', reason: 'SuccessfulCreate', message, component: COMPONENT });
    }
    template.spec.volumes = [
      ...(template.spec.volumes ?? []),
      { name: claim.metadata.name, persistentVolumeClaim: { claimName } },
    ];
  }
  const labels = {
    'apps.kubernetes.io/pod-index': String(ordinal),
    [HASH]: revision,
    'statefulset.kubernetes.io/pod-name': name,
  };
  const answer = createPod(context, set, template, { name }, labels);
  const refused = 'refused' in answer;
  const head = `create Pod ${name} in StatefulSet ${set.metadata.name}`;
  const message = refused ? `${head} failed error: ${answer.refused}` : `${head} successful`;
  context.events.record(set, {
    type: refused ? 'Warning' : 'Normal',
    reason: refused ? 'FailedCreate' : 'SuccessfulCreate',
    message,
    component: COMPONENT,
  });
}

function remove(context: ClusterContext, set: StatefulSet, pod: Pod): void {
  deletePod(context, pod);
  const message = `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
  context.events.record(set, { type: 'Normal', reason: 'SuccessfulDelete', message, component: COMPONENT });
}

const ordinal = (pod: Pod): number => Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? 0);

function trimAndUpdate(
  context: ClusterContext,
  set: StatefulSet,
  wanted: number,
  revision: string,
  pods: readonly Pod[],
  byOrdinal: (i: number) => Pod | undefined,
): void {
  const extra = pods.filter((pod) => ordinal(pod) >= wanted && pod.metadata.deletionTimestamp === undefined);
  const last = extra.sort((a, b) => ordinal(b) - ordinal(a))[0];
  if (last) {
    remove(context, set, last);
    return;
  }
  if (set.spec.updateStrategy?.type === 'OnDelete') return;
  for (let i = wanted - 1; i >= (set.spec.updateStrategy?.rollingUpdate?.partition ?? 0); i--) {
    const pod = byOrdinal(i);
    if (pod && pod.metadata.labels?.[HASH] !== revision && pod.metadata.deletionTimestamp === undefined) {
      remove(context, set, pod);
      return;
    }
    if (!pod || !isReady(pod)) return;
  }
}

function keepRevision(context: ClusterContext, set: StatefulSet, name: string): void {
  if (context.store.get('ControllerRevision', set.metadata.namespace, name)) return;
  const revisions = ownedBy(context.store.list('ControllerRevision', set.metadata.namespace), set);
  const metadata = {
    name,
    namespace: set.metadata.namespace ?? 'default',
    labels: { ...set.spec.template.metadata?.labels },
    ownerReferences: [ownerOf(set)],
  };
  const data = { spec: { template: { $patch: 'replace', ...structuredClone(set.spec.template) } } };
  const revision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata,
    data,
    revision: revisions.length + 1,
  };
  context.store.create<KubeObject>(revision);
}

function report(context: ClusterContext, set: StatefulSet, current: string, revision: string): void {
  const pods = ownedBy(context.store.list('Pod', set.metadata.namespace), set);
  const of = (hash: string): number => pods.filter(({ metadata }) => metadata.labels?.[HASH] === hash).length;
  const ready = pods.filter(isReady).length;
  const wanted = set.spec.replicas ?? 1;
  const done = of(revision) === wanted && ready === wanted;
  context.store.update(set, (draft) => {
    draft.status = omitZero(
      {
        availableReplicas: ready,
        collisionCount: 0,
        currentReplicas: of(done ? revision : current),
        currentRevision: done ? revision : current,
        observedGeneration: draft.metadata.generation ?? 1,
        readyReplicas: ready,
        replicas: pods.length,
        updateRevision: revision,
        updatedReplicas: of(revision),
      },
      ['availableReplicas', 'collisionCount', 'replicas'],
    );
  });
}
