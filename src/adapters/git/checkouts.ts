import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';

/** Folders of files kept for one repository; the least recently used go first. */
const KEPT = 32;
/** A folder handed out this recently may still be read, and stays. */
const IN_USE = 3_600_000;

/** Folders with the files of single commits: made once, whole, and shared. */
export interface Checkouts {
  /** The folder of a commit; `write` fills a new one. Concurrent calls for one commit make it once. */
  get(sha: string, write: (directory: string) => Promise<Result<unknown, Problem>>): Promise<Result<string, Problem>>;
}

/** Keeps the folders below `root`: the 32 used last, and all that were used within the last hour. */
export function createCheckouts(root: string): Checkouts {
  const pending = new Map<string, Promise<Result<string, Problem>>>();

  async function make(
    sha: string,
    write: (directory: string) => Promise<Result<unknown, Problem>>,
  ): Promise<Result<string, Problem>> {
    const directory = join(root, sha);
    if (existsSync(directory)) {
      const now = new Date();
      await utimes(directory, now, now).catch(() => undefined);
      return ok(directory);
    }
    const unfinished = join(root, `.tmp-${process.pid}-${randomBytes(4).toString('hex')}`);
    await mkdir(unfinished, { recursive: true });
    try {
      const written = await write(unfinished);
      if (!written.ok) return written;
      // Another process may have been first: its folder holds the same files.
      await rename(unfinished, directory).catch((error: unknown) => {
        if (!existsSync(directory)) throw error;
      });
      await evict(root, sha);
      return ok(directory);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }

  return {
    get(sha, write) {
      const known = pending.get(sha);
      if (known !== undefined) return known;
      const made = make(sha, write).finally(() => pending.delete(sha));
      pending.set(sha, made);
      return made;
    },
  };
}

async function evict(root: string, newest: string): Promise<void> {
  const folders = await Promise.all(
    (await readdir(root)).map(async (name) => ({
      name,
      used: (await stat(join(root, name)).catch(() => undefined))?.mtimeMs ?? 0,
    })),
  );
  const old = folders
    .filter(({ name }) => name !== newest)
    .sort((a, b) => b.used - a.used)
    .slice(KEPT - 1);
  for (const { name, used } of old) {
    if (Date.now() - used > IN_USE) await rm(join(root, name), { recursive: true, force: true });
  }
}
