import type { ContainerStatus, Pod } from '../../domain/kubernetes/pod.ts';
import { findObject } from '../../domain/snapshot.ts';
import type { ProposeContext } from './proposer.ts';
import { time } from './time.ts';

/** The kubelet's longest pause between two runs (pkg/kubelet, MaxContainerBackOff); the first pauses are shorter. */
const LONGEST_PAUSE = 5 * 60 * 1000;
/** Running, or being ready, for longer than this is more than a slow start. */
const LONG = 30 * 60 * 1000;
/** Causes that show as soon as a process runs. Memory grows and disks fill: those may show late and be the rollout's all the same. */
const AT_ONCE = /^(?:crash\/|probe\/)/;

/**
 * Milliseconds that the pods which fail now ran well after they were made; undefined where nothing shows that they did. A
 * failure that comes long after the rollout has a cause outside, more often than not: a change in Git explains it only
 * where the symptom's own words name that change.
 */
export function ranWell({ incident, snapshot }: ProposeContext): number | undefined {
  const { cause, container, object } = incident;
  if (!AT_ONCE.test(cause)) return undefined;
  const now = Date.parse(snapshot.takenAt);
  const spans = incident.affected.flatMap(({ kind, name }) => {
    const pod = kind === 'Pod' ? findObject(snapshot, 'Pod', name, object.namespace) : undefined;
    return pod ? [cause === 'probe/readiness' ? readyFor(pod) : ranFor(pod, container, now)] : [];
  });
  const shortest = spans.reduce<number | undefined>((least, span) => Math.min(least ?? span, span), undefined);
  return shortest !== undefined && shortest > LONG ? shortest : undefined;
}

/** How long a pod that is not ready now was ready, at most: from its creation until it lost that. */
function readyFor({ metadata, status }: Pod): number {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const lost = ready?.status === 'False' ? time(ready.lastTransitionTime) : undefined;
  const made = time(status?.startTime ?? metadata.creationTimestamp);
  return lost === undefined || made === undefined ? 0 : lost - made;
}

/**
 * How much of a pod's life its few restarts leave unexplained: a container that had failed from the start would have been
 * restarted about every five minutes since.
 */
function ranFor({ metadata, status }: Pod, container: string | undefined, now: number): number {
  const made = time(status?.startTime ?? metadata.creationTimestamp);
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return 0;
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const found = all.find(({ name }) => name === container);
  const run = found && lastRun(found);
  if (made === undefined || found?.restartCount === undefined || run === undefined) return 0;
  return now - made - (found.restartCount + 2) * (run + LONGEST_PAUSE);
}

function lastRun({ state, lastState }: ContainerStatus): number | undefined {
  const { startedAt, finishedAt } = lastState?.terminated ?? state?.terminated ?? {};
  const [start, end] = [time(startedAt), time(finishedAt)];
  return start === undefined || end === undefined || start > end ? undefined : end - start;
}
