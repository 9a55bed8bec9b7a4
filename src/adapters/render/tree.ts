import { lstatSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { realPathOf } from '../../domain/real-path.ts';
import type { Checkout } from '../../domain/source.ts';
import { overlayOn } from '../../domain/repository-key.ts';
import type { Overlay } from '../../ports/renderer.ts';

/** A path as it is written in a repository: relative to its root, forward slashes, no `.` parts; undefined where it leaves the root. */
export function repositoryPath(...parts: readonly string[]): string | undefined {
  const path = posix.normalize(posix.join('.', ...parts)).replace(/\/$/, '');
  if (path === '..' || path.startsWith('../')) return undefined;
  return path === '.' ? '' : path;
}

type EntryType = 'file' | 'directory' | 'missing' | 'outside' | 'other';

/** One repository at one commit with changed files laid over it. Reads only inside the checkout. */
export interface Tree {
  readonly repoURL: string;
  readonly revision: string;
  /** What a path is, symlinks followed; `outside` where one leads out of the checkout. */
  type(path: string): EntryType;
  isSymlink(path: string): boolean;
  /** Text of a file; undefined where there is none inside the checkout. */
  read(path: string): string | undefined;
  /** The same as bytes, for files that need not be text. */
  bytes(path: string): Uint8Array | undefined;
  /** Names in a folder, sorted as Go sorts them (by bytes); empty where it is none. */
  list(path: string): readonly string[];
}

/** The files of a checkout with an overlay on top; symlinks that lead out of it are `outside`. */
export function treeOf(checkout: Checkout, overlay: Overlay): Tree {
  const root = realpathSync(checkout.directory);
  const changed = overlayOn(overlay, checkout) ?? new Map<string, string>();

  const real = (path: string): string | undefined => {
    try {
      const target = realpathSync(join(root, path));
      return target === root || target.startsWith(root + sep) ? target : 'outside';
    } catch {
      return undefined;
    }
  };
  // Changed files go by the path that Git holds them under, whichever symlinks lead there.
  const inside = (path: string): string | undefined => {
    const target = real(path);
    return target === undefined || target === 'outside' ? undefined : relative(root, target).split(sep).join('/');
  };
  const canonical = (path: string): string => (changed.size === 0 ? path : realPathOf(path, inside));
  const type = (path: string): EntryType => {
    if (changed.has(canonical(path))) return 'file';
    const target = real(path);
    if (target === 'outside') return 'outside';
    if (target !== undefined) {
      const stat = statSync(target);
      return stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : 'other';
    }
    const at = canonical(path);
    const prefix = at === '' ? '' : `${at}/`;
    return [...changed.keys()].some((key) => key.startsWith(prefix)) ? 'directory' : 'missing';
  };
  const bytes = (path: string): Buffer | undefined =>
    type(path) === 'file' ? readFileSync(real(path) ?? '') : undefined;
  return {
    repoURL: checkout.repoURL,
    revision: checkout.revision,
    type,
    isSymlink(path) {
      return lstatSync(join(root, path), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    },
    read: (path) => changed.get(canonical(path)) ?? bytes(path)?.toString('utf8'),
    bytes(path) {
      const text = changed.get(canonical(path));
      return text === undefined ? bytes(path) : Buffer.from(text);
    },
    list(path) {
      if (type(path) !== 'directory') return [];
      const target = real(path);
      const names = new Set(target === undefined ? [] : readdirSync(target));
      const at = canonical(path);
      const prefix = at === '' ? '' : `${at}/`;
      for (const key of changed.keys()) {
        const [name] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : [];
        if (name !== undefined && name !== '') names.add(name);
      }
      return [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    },
  };
}
