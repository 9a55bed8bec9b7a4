import type { Event } from '../../domain/kubernetes/cluster-objects.ts';
import { containerEvents, endingsOf } from './container-runs.ts';
import { lastSeen } from './event-index.ts';
import type { ContainerView, PodView } from './pod-view.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/** Which probe made the kubelet end the container's last run, as its events say; undefined where none did. */
export function probeKill(
  index: SnapshotIndex,
  view: PodView,
  container: ContainerView,
): { readonly type: 'liveness' | 'startup'; readonly event: Event } | undefined {
  const ended = endingsOf(container)[0]?.terminated;
  const events = lastRunEvents(index, view, container);
  const told = events.map((event) => ({ type: killer(event), event })).find(({ type }) => type !== undefined);
  if (told?.type !== undefined) return { type: told.type, event: told.event };
  const earlier = containerEvents(index, view, container)
    .map((event) => ({ type: killer(event), event }))
    .find(({ type }) => type !== undefined && mayLackEvents(index, view) && couldEnd(container, type));
  if (earlier?.type !== undefined) return { type: earlier.type, event: earlier.event };
  // Failed probes and a kill signal together tell the same.
  if (ended === undefined || ended.reason === 'OOMKilled' || ![137, 143].includes(ended.exitCode)) return undefined;
  const failed = events.find(({ reason, message = '' }) => reason === 'Unhealthy' && FAILED_PROBE.test(message));
  return failed && { type: failed.message?.startsWith('Liveness') === true ? 'liveness' : 'startup', event: failed };
}

/** The event of a postStart hook that failed, for which the kubelet ended the last run; undefined where none did. */
export function failedHook(index: SnapshotIndex, view: PodView, container: ContainerView): Event | undefined {
  const code = endingsOf(container)[0]?.terminated.exitCode ?? 0;
  // A program that ended by itself takes its hook with it.
  if (![0, 137, 143].includes(code)) return undefined;
  const events = mayLackEvents(index, view)
    ? containerEvents(index, view, container)
    : lastRunEvents(index, view, container);
  return events.find(({ reason }) => reason === 'FailedPostStartHook');
}

/** Without those that were last seen before the last run began: what they tell of ended an earlier one. */
function lastRunEvents(index: SnapshotIndex, view: PodView, container: ContainerView): Event[] {
  const start = Date.parse(endingsOf(container)[0]?.terminated.startedAt ?? '');
  return containerEvents(index, view, container).filter((event) => !(Date.parse(lastSeen(event) ?? '') < start));
}

// client-go tools/record: a source tells 25 events of one object in a row, and then one in five minutes. The others are
// lost, and so are the newest times and counts of those that were told before.
const EVENT_BURST = 25;

function mayLackEvents(index: SnapshotIndex, { ref, pod }: PodView): boolean {
  const told = index.eventsOf(ref, pod.metadata).map(({ count, series }) => series?.count ?? count ?? 1);
  return told.reduce((sum, count) => sum + count, 0) >= EVENT_BURST;
}

/** Whether the last run was long enough for the probe to fail as often as it may. */
function couldEnd(container: ContainerView, type: 'liveness' | 'startup' | undefined): boolean {
  const { startedAt = '', finishedAt = '' } = endingsOf(container)[0]?.terminated ?? {};
  const { livenessProbe, startupProbe } = container.spec;
  const probe = type === 'startup' ? startupProbe : livenessProbe;
  const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = probe ?? {};
  const needed = initialDelaySeconds + periodSeconds * (failureThreshold - 1);
  // Times are whole seconds.
  return probe !== undefined && (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000 >= needed - 1;
}

const FAILED_PROBE = /^(Liveness|Startup) probe failed/;

function killer({ reason, message = '' }: Event): 'liveness' | 'startup' | undefined {
  if (reason !== 'Killing') return undefined;
  if (/failed liveness probe/.test(message)) return 'liveness';
  return /failed startup probe/.test(message) ? 'startup' : undefined;
}
