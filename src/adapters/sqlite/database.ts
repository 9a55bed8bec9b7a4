import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

const SCHEMA_VERSION = 1;
const SCHEMA = `
  create table if not exists entry (key text primary key, value text not null, expires integer) without rowid;
  create table if not exists pattern (id text primary key, body text not null) without rowid;
`;
/** Primary result codes, https://www.sqlite.org/rescode.html. */
export const SQLITE = { full: 13, corrupt: 11, notADatabase: 26 } as const;

/** The primary result code of an error of node:sqlite; undefined for other errors. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** Thrown by `openDatabase` for a file that is a database, but damaged or of another version. */
class UnusableDatabase extends Error {}

/**
 * Opens (or makes) the database file. Write-ahead log with `synchronous=NORMAL`: what was committed survives a killed
 * process. Waits at most a second for another process's lock. Throws what SQLite throws, and UnusableDatabase.
 */
export async function openDatabase(file: string, maxBytes: number): Promise<DatabaseSync> {
  const { DatabaseSync } = await import('node:sqlite');
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  try {
    database.exec('pragma busy_timeout = 1000; pragma journal_mode = wal; pragma synchronous = normal');
    const version = readNumber(database, 'user_version');
    if (version > SCHEMA_VERSION) throw new UnusableDatabase(`it has version ${version} of its schema`);
    const check = database.prepare('pragma quick_check(1)').get();
    if (check?.['quick_check'] !== 'ok') throw new UnusableDatabase(`it is damaged: ${String(check?.['quick_check'])}`);
    database.exec(SCHEMA);
    database.exec(`pragma user_version = ${SCHEMA_VERSION}`);
    const pages = Math.max(1, Math.floor(maxBytes / readNumber(database, 'page_size')));
    database.exec(`pragma max_page_count = ${pages}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function readNumber(database: DatabaseSync, pragma: string): number {
  return Number(Object.values(database.prepare(`pragma ${pragma}`).get() ?? {})[0]);
}

/** Whether an error says that the file itself is bad, so that only a new one helps. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return error instanceof UnusableDatabase || code === SQLITE.corrupt || code === SQLITE.notADatabase;
}

/** Renames a bad file to `<file>.corrupt`, over an earlier one, and drops its write-ahead log. Returns the new name. */
export function setAside(file: string): string {
  const aside = `${file}.corrupt`;
  if (existsSync(file)) renameSync(file, aside);
  for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
  return aside;
}
