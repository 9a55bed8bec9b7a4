import type { ReplicaSet } from '../../../domain/kubernetes/workload.ts';
import { findObject } from '../../../domain/snapshot.ts';
import type { ProposeContext } from '../proposer.ts';
import { rolledOut } from '../ran-before.ts';
import { time } from '../time.ts';

/** When the rollout that failed began, and what of the workload worked before it. Times in milliseconds. */
export interface Beginning {
  /** Creation of the first pods (or the ReplicaSet) after the last ones that worked; undefined where nothing tells. */
  readonly rolloutAt: number | undefined;
  /** Creation of the ReplicaSet that fails now, where others that did not live long came between it and the last good one. */
  readonly latestAt?: number;
  /** When the symptom was first seen. */
  readonly since: number | undefined;
  /** An older ReplicaSet whose pods are ready now: the surest sign of what works. */
  readonly ready: ReplicaSet | undefined;
  /** The ReplicaSet before the failing rollout, ready or not: the last good state must be what it was made from. */
  readonly witness?: ReplicaSet;
  /** Why this workload is known to have worked before; undefined where nothing shows it. */
  readonly worked: string | undefined;
  /** Set where pods of this very template were rolled out to the end: what it refers to may be the reason, it is not. */
  readonly templateRan?: true;
  /** The last time it is known to have worked, for workloads that run now and then. */
  readonly workedAt?: number;
}

/** Pods that are made later than this after their ReplicaSet are not part of its rollout. */
export const SAME_ROLLOUT = 10 * 60 * 1000;

/** Reads the beginning of an incident from the snapshot. */
export function beginningOf(context: ProposeContext): Beginning {
  const { incident, snapshot } = context;
  const since = time(incident.since);
  const { kind, namespace, name } = incident.object;
  if (kind === 'Deployment') return ofDeployment(context, since);
  if (kind === 'CronJob') return ofCronJob(context, since);
  const live =
    kind === 'StatefulSet' ||
    kind === 'DaemonSet' ||
    kind === 'Service' ||
    kind === 'Ingress' ||
    kind === 'HorizontalPodAutoscaler'
      ? findObject<typeof kind>(snapshot, kind, name, namespace)
      : undefined;
  const created = time(live?.metadata.creationTimestamp);
  const rolloutAt = earliestPod(context) ?? since;
  const worked =
    created !== undefined && (rolloutAt === undefined || created < rolloutAt)
      ? `${kind} ${name} has existed since ${live?.metadata.creationTimestamp}`
      : undefined;
  return { rolloutAt, since, ready: undefined, worked };
}

/** A CronJob worked before where a run succeeded; runs since the symptom began must all have failed. */
function ofCronJob({ incident, snapshot }: ProposeContext, since: number | undefined): Beginning {
  const live = findObject(snapshot, 'CronJob', incident.object.name, incident.object.namespace);
  const success = live?.status?.lastSuccessfulTime;
  const at = time(success);
  // The first failed run after the last success: what is seen of it may be a later one.
  const rolloutAt = at === undefined ? undefined : since;
  const worked =
    at !== undefined && (since === undefined || at < since) ? `its last success was at ${success}` : undefined;
  return { rolloutAt, since, ready: undefined, worked, ...(at === undefined ? {} : { workedAt: at }) };
}

function ofDeployment(context: ProposeContext, since: number | undefined): Beginning {
  const sets = replicaSetsOf(context);
  const failing = failingSet(context, sets);
  if (!failing) return { rolloutAt: earliestPod(context) ?? since, since, ready: undefined, worked: undefined };
  const at = createdAt(failing) ?? 0;
  const later = refusedLater(context, failing) ?? laterPods(context, failing, at);
  if (later) return { ...later, since };
  const older = olderThan(failing, sets);
  const ready = older.findLast(({ status }) => (status?.readyReplicas ?? 0) > 0);
  const previous = ready ?? older.at(-1);
  // Rollouts between the last ready ReplicaSet and the failing one did not work either: the first of them broke it.
  const next = ready ? (older[older.indexOf(ready) + 1] ?? failing) : failing;
  const rolloutAt = next === failing ? (earliestPod(context) ?? createdAt(failing)) : createdAt(next ?? failing);
  const worked = ready
    ? `ReplicaSet ${ready.metadata.name} of the earlier revision still has ${ready.status?.readyReplicas} ready`
    : previous && `ReplicaSet ${previous.metadata.name} ran the earlier revision until it was replaced`;
  const isShort = next !== failing && at - (createdAt(next ?? failing) ?? 0) < SAME_ROLLOUT;
  return {
    rolloutAt,
    since,
    ready,
    worked,
    ...(isShort ? { latestAt: at } : {}),
    ...(previous ? { witness: previous } : {}),
  };
}

/** No more pods can be made of a template that has some ready: what changed is how many, or what allows them. */
function refusedLater(
  { incident }: ProposeContext,
  { metadata, status }: ReplicaSet,
): Omit<Beginning, 'since'> | undefined {
  const ready = status?.readyReplicas ?? 0;
  const since = time(incident.since);
  if (!incident.cause.startsWith('replicas/') || ready === 0 || since === undefined) return undefined;
  const worked = `ReplicaSet ${metadata.name} has ${ready} ready of the same template, which could be created earlier`;
  // A quota is about all pods together: more of the same may be too much.
  const isSum = incident.cause === 'replicas/quota';
  return { rolloutAt: since, ready: undefined, worked, ...(isSum ? {} : { templateRan: true }) };
}

/**
 * New pods fail while older ones of the same ReplicaSet serve, or served until they were replaced: what changed is not the
 * template, but what it refers to.
 */
function laterPods(context: ProposeContext, set: ReplicaSet, created: number): Omit<Beginning, 'since'> | undefined {
  const { metadata, status } = set;
  const pods = earliestPod(context);
  const ready = status?.readyReplicas ?? 0;
  if (pods === undefined || pods - created < SAME_ROLLOUT) return undefined;
  const { name } = metadata;
  if (ready > 0) {
    const worked = `ReplicaSet ${name} has ${ready} ready of the same template, which started earlier`;
    return { rolloutAt: pods, ready: undefined, worked, templateRan: true };
  }
  if (!rolledOut(context, name)) return undefined;
  const worked = `ReplicaSet ${name} was rolled out to the end at an earlier time, and its pods were made again since`;
  return { rolloutAt: pods, ready: undefined, worked, templateRan: true };
}

/**
 * The ReplicaSets before one, oldest first: by revision, which a roll-back counts up too, else by creation. Where a snapshot
 * tells neither, all others that have ready pods: what serves beside the wanted revision is an earlier one.
 */
function olderThan(failing: ReplicaSet, sets: readonly ReplicaSet[]): ReplicaSet[] {
  const orderOf = [revisionOf, createdAt].find((order) => sets.every((set) => order(set) !== undefined));
  if (!orderOf) return sets.filter((set) => set !== failing && (set.status?.readyReplicas ?? 0) > 0);
  const order = (set: ReplicaSet): number => orderOf(set) ?? 0;
  return sets.filter((set) => order(set) < order(failing)).toSorted((a, b) => order(a) - order(b));
}

function revisionOf({ metadata }: ReplicaSet): number | undefined {
  const revision = Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? Number.NaN);
  return Number.isInteger(revision) ? revision : undefined;
}

/** ReplicaSets of the incident's Deployment, oldest first. */
function replicaSetsOf({ incident, snapshot }: ProposeContext): ReplicaSet[] {
  return snapshot.objects.ReplicaSet.filter(
    ({ metadata }) =>
      metadata.namespace === incident.object.namespace &&
      metadata.ownerReferences?.some(({ kind, name }) => kind === 'Deployment' && name === incident.object.name),
  ).toSorted((a, b) => (createdAt(a) ?? 0) - (createdAt(b) ?? 0));
}

function failingSet({ incident, snapshot }: ProposeContext, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const names = new Set<string>();
  for (const { kind, name } of incident.affected) {
    if (kind === 'ReplicaSet') names.add(name);
    const pod = kind === 'Pod' ? findObject(snapshot, 'Pod', name, incident.object.namespace) : undefined;
    for (const owner of pod?.metadata.ownerReferences ?? []) names.add(owner.name);
  }
  return sets.findLast(({ metadata }) => names.has(metadata.name)) ?? sets.at(-1);
}

/** The ReplicaSet of the wanted revision; undefined for other kinds, and where no ReplicaSet is known. */
export function newestSet(context: ProposeContext): ReplicaSet | undefined {
  const sets = context.incident.object.kind === 'Deployment' ? replicaSetsOf(context) : [];
  const order = [revisionOf, createdAt].find((one) => sets.every((set) => one(set) !== undefined)) ?? createdAt;
  return sets.toSorted((a, b) => (order(a) ?? 0) - (order(b) ?? 0)).at(-1);
}

/** Creation of the oldest pod that shows the failure. */
function earliestPod({ incident, snapshot }: ProposeContext): number | undefined {
  const times = incident.affected.flatMap(({ kind, name }) => {
    const pod = kind === 'Pod' ? findObject(snapshot, 'Pod', name, incident.object.namespace) : undefined;
    return time(pod?.metadata.creationTimestamp) ?? [];
  });
  return times.length > 0 ? Math.min(...times) : undefined;
}

function createdAt({ metadata }: ReplicaSet): number | undefined {
  return time(metadata.creationTimestamp);
}
