import type { SandboxClock } from '../clock.ts';
import type { KubeObject } from './objects.ts';
import type { ObjectStore } from './store.ts';
import { rfc3339, rfc3339Micro } from './time.ts';

interface NewEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  /** `spec.containers{web}` for what happens to one container. */
  readonly fieldPath?: string;
}

/** Writes events about objects into the cluster. */
export interface EventRecorder {
  record(object: KubeObject, event: NewEvent): void;
}

interface StoredEvent extends KubeObject {
  involvedObject: Record<string, string>;
  reason: string;
  message: string;
  type: string;
  eventTime: string | null;
  firstTimestamp: string | null;
  action?: string;
  reportingComponent: string;
  reportingInstance: string;
  source: Record<string, string>;
  count?: number;
  lastTimestamp?: string | null;
  series?: { count: number; lastObservedTime: string };
}

const MAX_EVENTS = 1000;
/** More different messages than this for one object and reason are joined (client-go tools/record, EventAggregator). */
const SIMILAR = 10;

/** Records events as client-go does: equal ones are counted, many similar ones are joined, old ones go. */
export function createEventRecorder(store: ObjectStore, clock: Pick<SandboxClock, 'now'>): EventRecorder {
  const known = new Map<string, StoredEvent>();
  const messages = new Map<string, Set<string>>();
  let sequence = 0x18e9f9297eb1340en;

  const oldest = (): void => {
    for (const [key, event] of known) {
      if (known.size <= MAX_EVENTS) return;
      known.delete(key);
      store.delete(event);
    }
  };
  return {
    record: (object, event) => {
      const group = `${object.metadata.uid}/${event.reason}/${event.type}/${event.fieldPath ?? ''}`;
      const seen = messages.get(group) ?? new Set<string>();
      messages.set(group, seen.add(event.message));
      const joined = seen.size > SIMILAR;
      const message = joined ? `(combined from similar events): ${event.message}` : event.message;
      const key = `${group}/${joined ? '*' : event.message}`;
      const now = clock.now();
      const before = known.get(key);
      if (before && store.get('Event', before.metadata.namespace, before.metadata.name)) {
        const next = store.update(before, (draft) => again(draft, now, message));
        known.delete(key);
        known.set(key, next);
        return;
      }
      sequence += 0x1f3d7n;
      known.set(key, store.create<StoredEvent>(newEvent(object, { ...event, message }, now, sequence.toString(16))));
      oldest();
    },
  };
}

function again(draft: StoredEvent, now: Date, message: string): void {
  draft.message = message;
  if (draft.count === undefined) {
    draft.series = { count: (draft.series?.count ?? 1) + 1, lastObservedTime: rfc3339Micro(now) };
  } else {
    draft.count++;
    draft.lastTimestamp = rfc3339(now);
  }
}

function newEvent(object: KubeObject, event: NewEvent, now: Date, suffix: string): StoredEvent {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  const home = namespace ?? 'default';
  // The scheduler uses the newer events API, which leaves the old times and the count empty.
  const modern = event.component === 'default-scheduler';
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${suffix}`, namespace: home, uid: '', resourceVersion: '', creationTimestamp: '' },
    involvedObject: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      resourceVersion,
      uid,
      ...(event.fieldPath === undefined ? {} : { fieldPath: event.fieldPath }),
    },
    reason: event.reason,
    message: event.message,
    type: event.type,
    eventTime: modern ? rfc3339Micro(now) : null,
    firstTimestamp: modern ? null : rfc3339(now),
    lastTimestamp: modern ? null : rfc3339(now),
    ...(modern ? { action: event.reason === 'Scheduled' ? 'Binding' : 'Scheduling' } : { count: 1 }),
    reportingComponent: event.component,
    reportingInstance: modern ? 'default-scheduler-sandbox' : event.component === 'kubelet' ? 'node1' : '',
    source: modern ? {} : { component: event.component, ...(event.component === 'kubelet' ? { host: 'node1' } : {}) },
  };
}
