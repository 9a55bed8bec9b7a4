import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes the folder that a daemon keeps its caches and its audit log in; a `.gitignore` inside keeps it out of a clone
 * that it may stand in. A disk that takes nothing stops nobody: what is kept there can be lost.
 */
export function makeStateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(directory, '.gitignore'), '*\n', { flag: 'wx' });
  } catch {
    // It is there already, or the disk is full or read-only: the adapters say so where it matters.
  }
}

/** Where commands that keep nothing have their clones: the user's cache folder (XDG Base Directory specification). */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'remendo');
}
