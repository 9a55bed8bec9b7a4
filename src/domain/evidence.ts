import type { ObjectRef } from './object-ref.ts';

/** One observed fact, quoted verbatim. Everything in `text` is untrusted: it may come from logs, images or users. */
export interface Evidence {
  /** `E1`, `E2`, ... unique inside one incident; what a model must cite. */
  readonly id: string;
  readonly object: ObjectRef;
  /** Field of the object that holds the fact, such as `status.containerStatuses[name=web].lastState.terminated.reason`. */
  readonly path?: string;
  readonly text: string;
  /** RFC 3339, when Kubernetes recorded it. */
  readonly observedAt?: string;
}

/** `path` of evidence that is the end of a container's log: it comes and goes, and is no part of an incident's identity. */
export const LOG_PATH = 'log';

/** Evidence as a detector gives it: numbered when its incident is known. */
export type NewEvidence = Omit<Evidence, 'id'>;
