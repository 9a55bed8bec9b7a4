import type { JsonValue } from './json.ts';

/**
 * A change in relative terms, so that a fix of one workload can be tried on another. `field` is a path below the container
 * where `inContainer` is true, else below the object. `set` and `remove` apply only where the field has the value `from`.
 */
export type RelativeChange =
  | { readonly kind: 'multiply'; readonly inContainer: boolean; readonly field: string; readonly factor: number }
  | {
      readonly kind: 'set';
      readonly inContainer: boolean;
      readonly field: string;
      readonly from: JsonValue;
      readonly value: JsonValue;
    }
  | { readonly kind: 'remove'; readonly inContainer: boolean; readonly field: string; readonly from: JsonValue };

/** What a pattern is about, before it has any outcome: derived from one fix. */
export interface PatternKey {
  /** Kind of the workload: Deployment, StatefulSet, ... */
  readonly kind: string;
  readonly cause: string;
  /** Further structural conditions that must hold, as sorted `key=value` text: `containerType=init`. */
  readonly shape: readonly string[];
  readonly change: readonly RelativeChange[];
}

/** What was learned from fixes with the same cause and shape. */
export interface Pattern extends PatternKey {
  /** SHA-256 prefix over the key. */
  readonly id: string;
  readonly verified: number;
  readonly refuted: number;
  readonly rejected: number;
  /** RFC 3339, of the last outcome. */
  readonly lastOutcomeAt: string;
  /** URLs of the pull requests that it was learned from; at most 20, newest last. */
  readonly sources: readonly string[];
}

/** Structural conditions of an incident that a pattern must share. */
export function shapeOf(incident: { readonly containerType?: string | undefined }): readonly string[] {
  return [`containerType=${incident.containerType ?? 'none'}`];
}

/** 95 % two-sided, the usual choice for a cautious bound. */
const Z = 1.96;

/**
 * How far a pattern may be trusted: the lower bound of its success rate (Wilson score interval), its counts decayed by
 * half every `halfLifeDays`. 0 to 1; one fresh success is 0.21, five are 0.57.
 */
export function trustOf(pattern: Pattern, now: Date, halfLifeDays: number): number {
  const days = Math.max(0, now.getTime() - Date.parse(pattern.lastOutcomeAt)) / 86_400_000;
  const weight = 0.5 ** (days / halfLifeDays);
  const good = pattern.verified * weight;
  const total = (pattern.verified + pattern.refuted + pattern.rejected) * weight;
  if (good === 0) return 0;
  const rate = good / total;
  const spread = Z * Math.sqrt((rate * (1 - rate)) / total + (Z * Z) / (4 * total * total));
  return Math.max(0, (rate + (Z * Z) / (2 * total) - spread) / (1 + (Z * Z) / total));
}
