import { posix } from 'node:path';

/**
 * The path of a repository's file without symlinks on the way: what Git holds the content under, and what edits and overlays
 * go by. `inside` tells it of a path that exists in the checkout, and nothing of one that does not, or that a symlink leads
 * out of it: such a path is taken from its nearest folder that is there.
 */
export function realPathOf(path: string, inside: (path: string) => string | undefined): string {
  const known = inside(path);
  if (known !== undefined) return known;
  const folder = posix.dirname(path);
  return folder === '.' || folder === path ? path : posix.join(realPathOf(folder, inside), posix.basename(path));
}
