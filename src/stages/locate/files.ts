import { isUtf8 } from 'node:buffer';
import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { realPathOf } from '../../domain/real-path.ts';
import { overlayOn } from '../../domain/repository-key.ts';
import type { Checkout } from '../../domain/source.ts';
import type { Overlay } from '../../ports/renderer.ts';

/** Text of a file of a checkout with an overlay on top; undefined where there is none inside the checkout. */
export function readSource(checkout: Checkout, overlay: Overlay, path: string): string | undefined {
  const files = overlayOn(overlay, checkout);
  const changed = files && files.size > 0 ? files.get(realPath(checkout, path)) : undefined;
  if (changed !== undefined) return changed;
  const target = insideOf(checkout, path);
  return target !== undefined && statSync(target).isFile() ? readFileSync(target, 'utf8') : undefined;
}

/** Whether a file's bytes are UTF-8, so that its text can be written again without changing others. */
export function isText(checkout: Checkout, path: string): boolean {
  const target = insideOf(checkout, path);
  return target === undefined || !statSync(target).isFile() || isUtf8(readFileSync(target));
}

/** Real path of a file or folder of a checkout; undefined where there is none, or a symlink leads out of it. */
export function insideOf(checkout: Checkout, path: string): string | undefined {
  try {
    const root = realpathSync(checkout.directory);
    const target = realpathSync(join(root, path));
    return target === root || target.startsWith(root + sep) ? target : undefined;
  } catch {
    return undefined;
  }
}

/** The path of a file without symlinks on the way; see realPathOf. */
export function realPath(checkout: Checkout, path: string): string {
  return realPathOf(path, (one) => {
    const target = insideOf(checkout, one);
    return target && relative(realpathSync(checkout.directory), target).split(sep).join('/');
  });
}

/** Paths of all files in a checkout whose name matches, sorted; `.git` and symlinks are left out. At most `limit`. */
export function listFiles(checkout: Checkout, matches: RegExp, limit = 20_000): readonly string[] {
  const out: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(checkout.directory, folder), { withFileTypes: true })) {
      if (out.length >= limit || entry.name === '.git') continue;
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile() && matches.test(entry.name)) out.push(path);
    }
  };
  walk('');
  return out.sort();
}

/** No changed files: a commit as it is. */
export const NO_OVERLAY: Overlay = new Map();

/** Names of the files directly in a folder, those of the overlay included. */
export function listNames(checkout: Checkout, overlay: Overlay, folder: string): readonly string[] {
  const target = insideOf(checkout, folder);
  const names = target !== undefined && statSync(target).isDirectory() ? readdirSync(target) : [];
  const changed = overlayOn(overlay, checkout) ?? new Map<string, string>();
  const real = changed.size > 0 ? realPath(checkout, folder) : folder;
  const prefix = real === '' ? '' : `${real}/`;
  const added = [...changed.keys()].flatMap((path) => {
    const rest = path.startsWith(prefix) ? path.slice(prefix.length) : '/';
    return rest.includes('/') ? [] : [rest];
  });
  return [...new Set([...names, ...added])].sort();
}
