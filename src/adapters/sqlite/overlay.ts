import type { Pattern } from '../../domain/pattern.ts';

interface Entry {
  readonly value: string;
  readonly expires: number | null;
}

/** What could not be written to the disk, kept in memory: at most 10,000 entries, the oldest goes first. */
export interface Overlay {
  has(key: string): boolean;
  /** Undefined for an entry that was deleted. */
  get(key: string): Entry | undefined;
  put(key: string, entry: Entry | undefined): void;
  forget(key: string): void;
  patterns(): ReadonlyMap<string, Pattern>;
  putPattern(pattern: Pattern): void;
  forgetPattern(id: string): void;
}

const MOST = 10_000;

/** Begins empty. */
export function createOverlay(): Overlay {
  const entries = new Map<string, Entry | undefined>();
  const patterns = new Map<string, Pattern>();
  return {
    has: (key) => entries.has(key),
    get: (key) => entries.get(key),
    put: (key, entry) => putBounded(entries, key, entry),
    forget: (key) => void entries.delete(key),
    patterns: () => patterns,
    putPattern: (pattern) => putBounded(patterns, pattern.id, pattern),
    forgetPattern: (id) => void patterns.delete(id),
  };
}

function putBounded<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > MOST && oldest.done !== true) map.delete(oldest.value);
}
