import { compareText } from '../../domain/compare-text.ts';
import type { Event } from '../../domain/kubernetes/cluster-objects.ts';
import type { ObjectMeta } from '../../domain/kubernetes/meta.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';

/** When an event was last seen, RFC 3339; both event APIs and hand-written events are read. */
export function lastSeen(event: Event): string | undefined {
  const { lastTimestamp, series, eventTime, firstTimestamp, metadata } = event;
  return (
    lastTimestamp ?? series?.lastObservedTime ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp ?? undefined
  );
}

/** When an event was first seen (RFC 3339), by whichever of its times there is. */
export function firstSeen(event: Event): string | undefined {
  return event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? lastSeen(event);
}

/** Events of one object, the newest first. Events of an earlier object of the same name (another uid) are left out. */
export type EventsOf = (ref: ObjectRef, metadata?: Pick<ObjectMeta, 'uid'>) => readonly Event[];

/** Sorts events by what they are about, once, for many questions. */
export function indexEvents(events: readonly Event[]): EventsOf {
  const byObject = new Map<string, Event[]>();
  for (const event of events) {
    const { kind, namespace = event.metadata.namespace, name } = event.involvedObject;
    const key = keyOf(kind, namespace, name);
    const list = byObject.get(key) ?? [];
    list.push(withOwnWords(event));
    byObject.set(key, list);
  }
  for (const list of byObject.values()) list.sort(newestFirst);
  return ({ kind, namespace, name }, metadata) => {
    const list = byObject.get(keyOf(kind, namespace, name)) ?? [];
    const uid = metadata?.uid;
    return uid === undefined ? list : list.filter((event) => [undefined, uid].includes(event.involvedObject.uid));
  };
}

/** client-go tools/record writes several events that differ in their message only as one, with these words before the newest. */
function withOwnWords(event: Event): Event {
  const message = event.message?.replace(/^\(combined from similar events\): /, '');
  return message === event.message ? event : { ...event, message };
}

function keyOf(kind = '', namespace = '', name = ''): string {
  return `${kind}/${namespace}/${name}`;
}

/** By time, then by text, so that the order of the input never shows. */
function newestFirst(a: Event, b: Event): number {
  const byTime = Date.parse(lastSeen(b) ?? '') - Date.parse(lastSeen(a) ?? '');
  return byTime || compareText(a.message ?? '', b.message ?? '');
}

/** The container that an event is about: from `spec.containers{web}`, else undefined. */
export function containerOf(event: Event): string | undefined {
  return /^spec\.(?:initContainers|containers)\{(.+)\}$/.exec(event.involvedObject.fieldPath ?? '')?.[1];
}
