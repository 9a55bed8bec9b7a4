import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

const EXTENSIONS = new Set(['.yaml', '.yml', '.json']);
const MAX_FILES = 100_000;

/**
 * Paths of the YAML and JSON files below a folder, sorted, without `logs/` at its root and without hidden folders.
 * Links are followed (mounted ConfigMaps are made of them) but never in a circle.
 */
export async function objectFiles(directory: string): Promise<string[]> {
  const files: string[] = [];
  const seen = new Set<string>();
  const folders = [directory];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const real = await realpath(folder).catch(() => undefined);
    if (real === undefined || seen.has(real)) continue;
    seen.add(real);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || files.length >= MAX_FILES) continue;
      const path = join(folder, entry.name);
      const type = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
      if (type?.isDirectory() === true && relative(directory, path).split(sep)[0] !== 'logs') folders.push(path);
      else if (type?.isFile() === true && EXTENSIONS.has(extname(entry.name).toLowerCase())) files.push(path);
    }
  }
  return files.sort();
}
