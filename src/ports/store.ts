import type { Pattern } from '../domain/pattern.ts';

/** One decision, as the audit chain records it. `digest` covers the previous record's digest and this record. */
export interface AuditRecord {
  readonly sequence: number;
  /** RFC 3339. */
  readonly at: string;
  readonly event: string;
  readonly fingerprint?: string;
  /** JSON text; secrets scrubbed. */
  readonly detail: string;
  readonly previous: string;
  readonly digest: string;
}

/**
 * The local cache: what is here can be rebuilt from the forge and the cluster, or be lost without harm.
 * Implementations never throw for a full disk or a corrupt file: they start again empty and log it.
 */
export interface Store {
  get(key: string): string | undefined;
  /** `ttl` in seconds. */
  set(key: string, value: string, ttl?: number): void;
  delete(key: string): void;
  patterns(): readonly Pattern[];
  putPattern(pattern: Pattern): void;
  close(): void;
}

/** Append-only, hash-chained. */
export interface Audit {
  append(record: {
    /** RFC 3339; now when absent. */
    readonly at?: string;
    readonly event: string;
    readonly fingerprint?: string;
    readonly detail: object;
  }): void;
  records(): Iterable<AuditRecord>;
}
