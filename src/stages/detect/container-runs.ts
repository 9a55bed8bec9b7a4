import type { ContainerStatus } from '../../domain/kubernetes/pod.ts';
import { containerOf, firstSeen } from './event-index.ts';
import type { ContainerView, PodView } from './pod-view.ts';
import type { SnapshotIndex } from './snapshot-index.ts';
import type { Event } from '../../domain/kubernetes/cluster-objects.ts';

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

/** How a container's run ended. `path` is relative to the container's status. */
export interface Ending {
  readonly terminated: Terminated;
  readonly path: 'state.terminated' | 'lastState.terminated';
}

/** The endings that its status still tells, the latest first; at most two. */
export function endingsOf({ status }: ContainerView): Ending[] {
  const now = status?.state?.terminated;
  const last = status?.lastState?.terminated;
  return [
    ...(now === undefined ? [] : [{ terminated: now, path: 'state.terminated' as const }]),
    ...(last === undefined ? [] : [{ terminated: last, path: 'lastState.terminated' as const }]),
  ];
}

// The kubelet forgets its back-off after ten minutes of running (pkg/kubelet: twice the longest back-off of five).
const CALM_SECONDS = 600;
const LONG_CALM_SECONDS = 24 * 3600;

/**
 * True where a container ends again and again (or for good), so that how it ends is a failure and not an episode.
 * CrashLoopBackOff implies a repetition by itself; otherwise the policy's number of restarts is asked for. A container
 * that runs for longer than twice its usual run, and longer than ten minutes, has recovered; one that ends days apart does
 * not end again and again.
 */
export function keepsEnding(index: SnapshotIndex, view: PodView, container: ContainerView): boolean {
  const { status, type } = container;
  if (status === undefined || view.runs === 'retrying') return false;
  const failed = endingsOf(container)[0]?.terminated;
  if (view.runs === 'failed-run') return failed !== undefined && failed.exitCode !== 0;
  // A failed pod of an endless workload was evicted or rejected: how its containers ended is not their own doing.
  if (view.pod.status?.phase === 'Failed') return false;
  if (type === 'init' && status.state?.terminated?.exitCode === 0) return false;
  if (status.state?.waiting?.reason === 'CrashLoopBackOff') return true;
  const { restartCount = 0 } = status;
  if (restartCount < index.policy.minimumRestarts) return false;
  return status.state?.running === undefined || !hasRecovered(index, view, container, restartCount);
}

/**
 * Whether a container that runs now is past it: it runs for much longer than it usually did, or its ends are days apart, as
 * those of node upgrades are. The last run tells more than all of them together: a bad hour in a long life is one.
 */
function hasRecovered(index: SnapshotIndex, view: PodView, container: ContainerView, restarts: number): boolean {
  const running = index.age(container.status?.state?.running?.startedAt);
  if (running === Number.POSITIVE_INFINITY) return false;
  const podAge = index.age(view.pod.status?.startTime ?? view.pod.metadata.creationTimestamp);
  const usualRun = Math.min((podAge - running) / restarts, lastRun(container));
  if (usualRun !== Number.POSITIVE_INFINITY && usualRun > LONG_CALM_SECONDS) return true;
  return running >= CALM_SECONDS && (running > 2 * usualRun || running > LONG_CALM_SECONDS);
}

/** Seconds that the last run took; Infinity where its times are not known. */
function lastRun(container: ContainerView): number {
  const { startedAt = '', finishedAt = '' } = container.status?.lastState?.terminated ?? {};
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return seconds >= 0 ? seconds : Number.POSITIVE_INFINITY;
}

/** Events of the pod that are about this container; an event that names none counts where the pod has only one. */
export function containerEvents(index: SnapshotIndex, view: PodView, container: ContainerView): Event[] {
  return index.eventsOf(view.ref, view.pod.metadata).filter((event) => {
    const named = containerOf(event);
    if (named !== undefined) return named === container.name;
    const message = event.message ?? '';
    const told = /^Container (\S+) failed|(?:container[ =])(\S+?)(?: in pod|$)/.exec(message);
    const name = told?.[1] ?? told?.[2];
    return name === undefined ? view.containers.length === 1 : name === container.name;
  });
}

/** Since when a container fails: its oldest back-off or probe event, else when its pod was last ready, else the ending. */
export function failingSince(index: SnapshotIndex, view: PodView, container: ContainerView): string | undefined {
  const telling = new Set(['BackOff', 'Unhealthy', 'Killing', 'Failed']);
  const first = containerEvents(index, view, container)
    .filter(({ reason }) => telling.has(reason ?? ''))
    .map(firstSeen)
    .filter((time) => time !== undefined)
    .sort()[0];
  const ending = endingsOf(container).at(-1)?.terminated.finishedAt;
  return first ?? notReadySince(view) ?? ending ?? view.pod.status?.startTime ?? view.pod.metadata.creationTimestamp;
}

/** Since when the pod's Ready condition is False. */
export function notReadySince({ pod }: PodView): string | undefined {
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'False' ? ready.lastTransitionTime : undefined;
}
