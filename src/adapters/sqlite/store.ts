import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { CompiledQuery } from 'kysely';
import type { Pattern } from '../../domain/pattern.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Store } from '../../ports/store.ts';
import { isDamage, openDatabase, setAside, SQLITE, sqliteCode } from './database.ts';
import { createOverlay } from './overlay.ts';
import { parsePattern } from './pattern-schema.ts';
import type { Queries } from './queries.ts';
import { createQueries } from './queries.ts';

/** Where the store lies, and how large it may grow. */
export interface StoreOptions {
  /** Path of the database file, or `:memory:`. Its folder is made. */
  readonly file: string;
  readonly log: Log;
  readonly clock: Clock;
  /** The file does not grow beyond this; 256 MiB when absent. */
  readonly maxBytes?: number;
}

/**
 * The local cache in SQLite. It never throws for the state of the disk: a damaged file (or one of a newer version) is set
 * aside as `<file>.corrupt` and a new one begun, at start or in the middle of work; what cannot be written (disk full,
 * locked, read-only) is kept in memory for the life of the process and logged once a kind.
 */
export async function createStore(options: StoreOptions): Promise<Store> {
  const { file, log, maxBytes = 256 * 1024 ** 2 } = options;
  const queries = await createQueries();
  try {
    return keep(await openDatabase(file, maxBytes), queries, options);
  } catch (error) {
    if (file !== ':memory:' && isDamage(error)) {
      try {
        log.warn({ file, aside: setAside(file), reason: messageOf(error) }, 'store set aside, starting empty');
        return keep(await openDatabase(file, maxBytes), queries, options);
      } catch (again) {
        log.warn({ file, reason: messageOf(again) }, 'store cannot be made again');
      }
    }
    log.warn({ file, reason: messageOf(error) }, 'store cannot be opened, keeping it in memory');
    return keep(await openDatabase(':memory:', maxBytes), queries, options);
  }
}

function keep(database: DatabaseSync, queries: Queries, { file, log, clock }: StoreOptions): Store {
  const overlay = createOverlay();
  const told = new Set<number | undefined>();
  let open = true;

  const run = <T>(query: CompiledQuery<T>): T[] => {
    // kysely keeps parameters as unknown; queries.ts gives texts, numbers and null only.
    const parameters = query.parameters as readonly SQLInputValue[];
    return database.prepare(query.sql).all(...parameters) as T[];
  };

  /** Runs a query; undefined where the disk or the file did not allow it. */
  const attempt = <T>(query: CompiledQuery<T>): T[] | undefined => {
    if (!open) return undefined;
    try {
      return run(query);
    } catch (error) {
      const code = sqliteCode(error);
      if (!told.has(code)) log.warn({ file, reason: messageOf(error) }, 'store does not answer, using memory');
      told.add(code);
      if (isDamage(error)) setAsideNow();
      return code === SQLITE.full ? afterPurge(query) : undefined;
    }
  };

  const afterPurge = <T>(query: CompiledQuery<T>): T[] | undefined => {
    try {
      run(queries.purge(clock.now().getTime()));
      return run(query);
    } catch {
      return undefined;
    }
  };

  /** A file that went bad while it was open: the next start begins a new one, this process goes on in memory. */
  const setAsideNow = (): void => {
    open = false;
    try {
      database.close();
      if (file !== ':memory:') setAside(file);
    } catch (error) {
      log.warn({ file, reason: messageOf(error) }, 'damaged store cannot be set aside');
    }
  };

  attempt(queries.purge(clock.now().getTime()));
  return {
    get(key) {
      const entry = overlay.has(key) ? overlay.get(key) : attempt(queries.get(key))?.[0];
      if (!entry) return undefined;
      return entry.expires !== null && entry.expires <= clock.now().getTime() ? undefined : entry.value;
    },
    set(key, value, ttl) {
      const entry = { key, value, expires: ttl === undefined ? null : clock.now().getTime() + ttl * 1000 };
      if (attempt(queries.put(entry))) overlay.forget(key);
      else overlay.put(key, entry);
    },
    delete(key) {
      if (attempt(queries.remove(key))) overlay.forget(key);
      else overlay.put(key, undefined);
    },
    patterns() {
      const stored = (attempt(queries.patterns()) ?? []).flatMap(({ body }) => parsePattern(body) ?? []);
      const fresh = overlay.patterns();
      return [...stored.filter(({ id }) => !fresh.has(id)), ...fresh.values()];
    },
    putPattern(pattern: Pattern) {
      if (attempt(queries.putPattern({ id: pattern.id, body: JSON.stringify(pattern) }))) {
        overlay.forgetPattern(pattern.id);
      } else overlay.putPattern(pattern);
    },
    close() {
      if (open) database.close();
      open = false;
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
