import type { JsonValue } from './json.ts';

/** A change in relative terms, so that a fix of one workload can be tried on another. */
export type RelativeChange =
  | { readonly kind: 'multiply'; readonly field: string; readonly factor: number }
  | { readonly kind: 'set'; readonly field: string; readonly value: JsonValue }
  | { readonly kind: 'remove'; readonly field: string };

/**
 * What was learned from fixes with the same cause and shape. `field` in its change is relative to the container
 * (`resources.limits.memory`) or to the object (`/spec/...`).
 */
export interface Pattern {
  /** SHA-256 prefix over kind, cause, shape and change. */
  readonly id: string;
  /** Kind of the workload: Deployment, StatefulSet, ... */
  readonly kind: string;
  readonly cause: string;
  /** Further structural conditions that must hold, as sorted `key=value` text: `containerType=init`. */
  readonly shape: readonly string[];
  readonly change: readonly RelativeChange[];
  readonly verified: number;
  readonly refuted: number;
  readonly rejected: number;
  /** RFC 3339, of the last outcome. */
  readonly lastOutcomeAt: string;
  /** URLs of the pull requests that it was learned from; at most 20, newest last. */
  readonly sources: readonly string[];
}
