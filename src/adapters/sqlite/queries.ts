import type { CompiledQuery, Kysely } from 'kysely';

/** The tables; `expires` is milliseconds since 1970, null for never. */
interface Tables {
  readonly entry: { readonly key: string; readonly value: string; readonly expires: number | null };
  readonly pattern: { readonly id: string; readonly body: string };
}

/** What the store asks the database. */
export interface Queries {
  get(key: string): CompiledQuery<Tables['entry']>;
  put(entry: Tables['entry']): CompiledQuery;
  remove(key: string): CompiledQuery;
  purge(now: number): CompiledQuery;
  patterns(): CompiledQuery<{ body: string }>;
  putPattern(pattern: Tables['pattern']): CompiledQuery;
}

/**
 * Builds the statements with kysely, which is used as a typed query builder only: node:sqlite is synchronous, and so is
 * the store, therefore nothing is run through kysely's own (asynchronous) driver.
 */
export async function createQueries(): Promise<Queries> {
  const { Kysely, DummyDriver, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } = await import('kysely');
  const db: Kysely<Tables> = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  return {
    get: (key) => db.selectFrom('entry').selectAll().where('key', '=', key).compile(),
    put: ({ key, value, expires }) =>
      db
        .insertInto('entry')
        .values({ key, value, expires })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, expires }))
        .compile(),
    remove: (key) => db.deleteFrom('entry').where('key', '=', key).compile(),
    purge: (now) => db.deleteFrom('entry').where('expires', '<=', now).compile(),
    patterns: () => db.selectFrom('pattern').select('body').orderBy('id').compile(),
    putPattern: ({ id, body }) =>
      db
        .insertInto('pattern')
        .values({ id, body })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ body }))
        .compile(),
  };
}
