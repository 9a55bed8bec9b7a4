import { createHash, randomBytes } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** How many archives stay: each is some 250 MB. */
const KEPT = 2;

/**
 * Path of the archive for these contents in `folder`, made by `make` where it is not there yet. The least lately used ones
 * are taken away.
 */
export async function keptArchive(folder: string, key: string, make: (path: string) => Promise<void>): Promise<string> {
  const archive = join(folder, `image-${key}.tar`);
  if (!existsSync(archive)) {
    const made = `${archive}.${randomBytes(4).toString('hex')}`;
    try {
      await make(made);
      // Whole or not there: two tests may make it side by side.
      renameSync(made, archive);
    } finally {
      rmSync(made, { force: true });
    }
  }
  const now = new Date();
  utimesSync(archive, now, now);
  const all = globSync('image-*.tar', { cwd: folder }).map((name) => join(folder, name));
  const old = all.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs).slice(KEPT);
  for (const path of old) rmSync(path, { force: true });
  return archive;
}

/** One name for the contents of files, and of all files below folders. */
export function keyOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    const folder = statSync(path).isDirectory();
    const files = folder ? globSync('**/*', { cwd: path }).toSorted() : [''];
    for (const file of files) {
      const whole = join(path, file);
      if (!statSync(whole).isFile()) continue;
      hash.update(`${folder ? file : ''}\0${statSync(whole).size}\0`).update(readFileSync(whole));
    }
  }
  return hash.digest('hex').slice(0, 20);
}
