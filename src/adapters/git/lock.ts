import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A clone of a large repository may take this long; then git's own locks have to do. Milliseconds. */
const LONGEST_WAIT = 10 * 60_000;
const PAUSE = 25;
/** A lock this old whose holder cannot be read was left by a crash. */
const STALE = 60_000;
/** Milliseconds that the clock of the disk may be behind that of the process. */
const CLOCKS_APART = 2000;

/**
 * Runs a task while no other process runs one under the same file: two scans at the same time share one cache. A lock
 * whose process is gone is taken over. Where the disk takes no lock file, the task runs and meets the disk's error itself.
 */
export async function withLock<T>(file: string, task: () => Promise<T>): Promise<T> {
  const held = await acquire(file);
  try {
    return await task();
  } finally {
    if (held) await rm(file, { force: true }).catch(() => undefined);
  }
}

async function acquire(file: string): Promise<boolean> {
  const until = Date.now() + LONGEST_WAIT;
  while (Date.now() < until) {
    try {
      await mkdir(dirname(file), { recursive: true });
      return await claim(await open(file, 'wx'), file);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) return false;
    }
    if (await isAbandoned(file)) await takeAway(file);
    else await sleep(PAUSE);
  }
  return false;
}

/** A full disk takes the file and not what is written into it: left behind, it would lock out everybody for a minute. */
async function claim(lock: FileHandle, file: string): Promise<boolean> {
  try {
    await lock.writeFile(String(process.pid));
    return true;
  } catch {
    await rm(file, { force: true });
    return false;
  } finally {
    await lock.close();
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  const holder = Number(await readFile(file, 'utf8').catch(() => ''));
  const written = (await stat(file).catch(() => undefined))?.mtimeMs;
  if (written === undefined) return false;
  if (!Number.isSafeInteger(holder) || holder <= 0) return Date.now() - written > STALE;
  // In a container that starts again the new process has the number of the one that crashed.
  return holder === process.pid ? written < startedAt() - CLOCKS_APART : !isAlive(holder);
}

/** Milliseconds since the epoch. */
function startedAt(): number {
  return Date.now() - process.uptime() * 1000;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else may not be signalled, and is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * By renaming, so that of two that find the same abandoned lock only one takes it away. What was taken may be the lock of
 * somebody who was quicker: that is given back.
 */
async function takeAway(file: string): Promise<void> {
  const aside = `${file}.${process.pid}`;
  const taken = await rename(file, aside).then(
    () => true,
    () => false,
  );
  if (!taken) return;
  if (!(await isAbandoned(aside))) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true }).catch(() => undefined);
}
