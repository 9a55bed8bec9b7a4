import type { ObjectMeta } from '../../domain/kubernetes/meta.ts';
import type { ReplicaSet } from '../../domain/kubernetes/workload.ts';
import type { OwnerLink } from '../../domain/owners.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { NamedObjects } from './named-objects.ts';

const HASH = 'controller-revision-hash';

/** Tells whether a pod belongs to a revision of its workload that is no longer the wanted one. */
export type IsOutdated = (chain: readonly OwnerLink[]) => boolean;

/**
 * The wanted revision is, for a Deployment, the ReplicaSet with the highest revision annotation; for a StatefulSet,
 * `status.updateRevision`; for a DaemonSet, that of the newest pod; for a CronJob, the Jobs since its last success.
 * Where the objects do not tell, nothing is outdated.
 */
export function indexRevisions(snapshot: Snapshot, names: NamedObjects): IsOutdated {
  const currentSets = currentReplicaSets(snapshot);
  const newestHash = newestPodHashes(snapshot);
  const lastSuccess = lastSuccesses(snapshot);
  return ([first, owner, top]) => {
    const isPod = first?.ref.kind === 'Pod';
    const [link, above] = isPod ? [owner, top?.ref] : [first, owner?.ref];
    if (link === undefined) return false;
    const { kind, name, namespace = '' } = link.ref;
    const hash = isPod ? first.metadata?.labels?.[HASH] : undefined;
    switch (kind) {
      case 'ReplicaSet':
        return above?.kind === 'Deployment' && differs(name, currentSets.get(`${namespace}/${above.name}`));
      case 'StatefulSet':
        return differs(hash, names.find('StatefulSet', name, namespace)?.status?.updateRevision);
      case 'DaemonSet':
        return differs(hash, newestHash.get(`${namespace}/${name}`));
      case 'Job':
        return above !== undefined && isBefore(link.metadata, lastSuccess.get(`${namespace}/${above.name}`));
      default:
        return false;
    }
  };
}

function differs(actual: string | undefined, wanted: string | undefined): boolean {
  return actual !== undefined && wanted !== undefined && actual !== wanted;
}

function isBefore(metadata: ObjectMeta | undefined, time = Number.NaN): boolean {
  return Date.parse(metadata?.creationTimestamp ?? '') < time;
}

function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.['deployment.kubernetes.io/revision']);
}

function createdAt({ metadata }: ReplicaSet): number {
  return Date.parse(metadata.creationTimestamp ?? '');
}

function ownerKey({ namespace = '', ownerReferences = [] }: ObjectMeta, kind: string): string | undefined {
  const owner = ownerReferences.find((reference) => reference.kind === kind);
  return owner && `${namespace}/${owner.name}`;
}

function currentReplicaSets(snapshot: Snapshot): Map<string, string> {
  const sets = new Map<string, ReplicaSet[]>();
  for (const set of snapshot.objects.ReplicaSet) {
    const key = ownerKey(set.metadata, 'Deployment');
    if (key !== undefined) sets.set(key, [...(sets.get(key) ?? []), set]);
  }
  const current = new Map<string, string>();
  for (const [key, list] of sets) {
    const measure = [revisionOf, createdAt].find((measure) => list.every((set) => !Number.isNaN(measure(set))));
    if (measure === undefined) continue;
    const newest = list.reduce((a, b) => (measure(b) > measure(a) ? b : a));
    current.set(key, newest.metadata.name);
  }
  return current;
}

function newestPodHashes(snapshot: Snapshot): Map<string, string> {
  const newest = new Map<string, { at: number; hash: string }>();
  for (const { metadata } of snapshot.objects.Pod) {
    const key = ownerKey(metadata, 'DaemonSet');
    const hash = metadata.labels?.[HASH];
    const at = Date.parse(metadata.creationTimestamp ?? '');
    if (key === undefined || hash === undefined || Number.isNaN(at)) continue;
    const former = newest.get(key);
    if (former === undefined || at > former.at) newest.set(key, { at, hash });
  }
  return new Map([...newest].map(([key, { hash }]) => [key, hash]));
}

function lastSuccesses(snapshot: Snapshot): Map<string, number> {
  const last = new Map<string, number>();
  for (const { metadata, status } of snapshot.objects.Job) {
    const key = ownerKey(metadata, 'CronJob');
    const done = status?.conditions?.some(({ type, status: value }) => type === 'Complete' && value === 'True');
    const at = Date.parse(metadata.creationTimestamp ?? '');
    if (key !== undefined && done === true && !Number.isNaN(at)) last.set(key, Math.max(at, last.get(key) ?? at));
  }
  for (const { metadata, status } of snapshot.objects.CronJob) {
    const at = Date.parse(status?.lastSuccessfulTime ?? '');
    const key = `${metadata.namespace ?? ''}/${metadata.name}`;
    if (!Number.isNaN(at)) last.set(key, Math.max(at, last.get(key) ?? at));
  }
  return last;
}
