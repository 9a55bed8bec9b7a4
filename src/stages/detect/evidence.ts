import type { NewEvidence } from '../../domain/evidence.ts';
import type { Event } from '../../domain/kubernetes/cluster-objects.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { lastSeen } from './event-index.ts';

const LONGEST = 1000;

/** A fact read from a field of an object; long texts are cut at 1,000 characters. */
export function fieldEvidence(object: ObjectRef, path: string, text: string, observedAt?: string): NewEvidence {
  const cut = text.slice(0, LONGEST);
  return { object, path, text: cut, ...(observedAt === undefined ? {} : { observedAt }) };
}

/** What an event said; `path` is `event <reason>`. */
export function eventEvidence(object: ObjectRef, event: Event): NewEvidence {
  return fieldEvidence(object, `event ${event.reason ?? 'unknown'}`, event.message ?? '', lastSeen(event));
}
