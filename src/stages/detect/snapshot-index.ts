import type { Pod } from '../../domain/kubernetes/pod.ts';
import type { Kind } from '../../domain/kubernetes/kinds.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { refKey } from '../../domain/object-ref.ts';
import type { OwnerLink } from '../../domain/owners.ts';
import { createOwnerIndex } from '../../domain/owners.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { isBlind, refOfKind } from '../../domain/snapshot.ts';
import type { EventsOf } from './event-index.ts';
import { indexEvents } from './event-index.ts';
import type { NamedObjects } from './named-objects.ts';
import { indexNames } from './named-objects.ts';
import type { PodView, RunKind } from './pod-view.ts';
import { containersOf } from './pod-view.ts';
import { quietReason } from './quiet.ts';
import { indexRevisions } from './revisions.ts';

/** Everything that detectors ask of a snapshot, looked up in one step. Built once a pass. */
export interface SnapshotIndex extends NamedObjects {
  readonly snapshot: Snapshot;
  readonly policy: Policy['detect'];
  /** Pods of the wanted revision of workloads that are to be judged, on nodes that report. */
  readonly pods: readonly PodView[];
  readonly eventsOf: EventsOf;
  blind(kind: Kind): boolean;
  /** Seconds before the snapshot; Infinity where the time is not known, so that unknown ages count as persistent. */
  age(time: string | null | undefined): number;
  chain(ref: ObjectRef): readonly OwnerLink[];
  /** True where the object may be judged: not ignored, not going away, not switched off, of the wanted revision. */
  judged(ref: ObjectRef): boolean;
  /** All pods below an object, whatever their revision; keyed by any owner in the chain. */
  podsBelow(ref: ObjectRef): readonly Pod[];
}

/** Indexes a snapshot once for all detectors, so that a look-up costs the same in a large cluster. */
export function createSnapshotIndex(snapshot: Snapshot, policy: Policy['detect']): SnapshotIndex {
  const names = indexNames(snapshot);
  const owners = createOwnerIndex(snapshot);
  const isOutdated = indexRevisions(snapshot, names);
  const taken = Date.parse(snapshot.takenAt);
  const ignored = new Set(policy.ignoreNamespaces);
  const deadNodes = new Set(
    snapshot.objects.Node.filter(({ status }) =>
      status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value !== 'True'),
    ).map(({ metadata }) => metadata.name),
  );
  const below = new Map<string, Pod[]>();
  const pods: PodView[] = [];

  const isJudged = (chain: readonly OwnerLink[]): boolean =>
    !ignored.has(chain[0]?.ref.namespace ?? '') && quietReason(chain, names) === undefined && !isOutdated(chain);

  for (const pod of snapshot.objects.Pod) {
    const ref = refOfKind('Pod', pod.metadata);
    const chain = owners.chain(ref);
    for (const { ref: owner } of chain.slice(1)) {
      const key = refKey(owner);
      const list = below.get(key);
      if (list === undefined) below.set(key, [pod]);
      else list.push(pod);
    }
    const reporting = pod.spec.nodeName === undefined || !deadNodes.has(pod.spec.nodeName);
    if (pod.status?.phase !== 'Succeeded' && reporting && isJudged(chain)) {
      pods.push({ pod, ref, chain, runs: runKind(pod, chain, names), containers: containersOf(pod) });
    }
  }

  return {
    ...names,
    snapshot,
    policy,
    pods,
    eventsOf: indexEvents(snapshot.objects.Event),
    blind: (kind) => isBlind(snapshot, kind),
    age: (time) => {
      const at = Date.parse(time ?? '');
      return Number.isNaN(at) ? Number.POSITIVE_INFINITY : (taken - at) / 1000;
    },
    chain: (ref) => owners.chain(ref),
    judged: (ref) => isJudged(owners.chain(ref)),
    podsBelow: (ref) => below.get(refKey(ref)) ?? [],
  };
}

/** Pods that a custom controller runs once (workflow steps, builds) are that controller's to retry. */
function runKind(pod: Pod, [, owner]: readonly OwnerLink[], names: NamedObjects): RunKind {
  if (owner?.ref.kind === 'Job') {
    const job = names.find('Job', owner.ref.name, owner.ref.namespace);
    const failed = job?.status?.conditions?.some(
      ({ type, status }) => (type === 'Failed' || type === 'FailureTarget') && status === 'True',
    );
    return failed === true ? 'failed-run' : 'retrying';
  }
  if ((pod.spec.restartPolicy ?? 'Always') === 'Always') return 'forever';
  return owner === undefined ? 'failed-run' : 'retrying';
}
