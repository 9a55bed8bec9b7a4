import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../cluster/prerequisites.ts';

const UNPACK = findProgram('dpkg-deb') ?? 'dpkg-deb';

/** What an image of Remendo needs from a distribution, beside Node.js, helm and kustomize. */
const WANTED = ['git', 'ca-certificates', 'openssh-client', 'libstdc++6', 'busybox-static'];

/** Debian packages at the versions that this machine would install now. */
export interface Packages {
  readonly names: readonly string[];
  /** Files and checksums, one line each: the same lines are the same packages. */
  readonly lines: string;
}

/** Asks apt for the packages and every library they depend on. Throws where apt does not know them. */
export function findPackages(): Packages {
  try {
    return resolve();
  } catch {
    // A fresh machine has no package lists.
    updateLists();
    return resolve();
  }
}

export function updateLists(): void {
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', timeout: 180_000 });
}

function resolve(): Packages {
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`);
  const listed = output('apt-cache', ['depends', '--recurse', ...only, ...WANTED]);
  const all = new Set(listed.split('\n').filter((line) => /^[a-z0-9]/.test(line)));
  // Scripts of the packages are not run, so Perl and what sets packages up are left out.
  const names = [...all].filter((name) => WANTED.includes(name) || (/^(lib|zlib)/.test(name) && !/perl/.test(name)));
  return { names: names.sort(), lines: output('apt-get', [...DOWNLOAD, '--print-uris', ...names]) };
}

// The download's own user may not write into the folder of the run.
const DOWNLOAD = ['-q', '-o', 'APT::Sandbox::User=root', 'download'];

/** Downloads the packages and unpacks all of them below `root`; `scratch` holds the downloaded files. */
export function unpack({ names }: Packages, scratch: string, root: string): void {
  mkdirSync(scratch, { recursive: true });
  output('apt-get', [...DOWNLOAD, ...names], scratch);
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', folder), { recursive: true });
    symlinkSync(join('usr', folder), join(root, folder));
  }
  for (const file of readdirSync(scratch).filter((name) => name.endsWith('.deb'))) {
    const tar = execFileSync(UNPACK, ['--fsys-tarfile', join(scratch, file)], { maxBuffer: 1024 ** 3 });
    execFileSync('tar', ['-x', '--keep-directory-symlink', '-C', root], { input: tar });
  }
}

function output(program: string, args: readonly string[], cwd?: string): string {
  return execFileSync(program, args, { encoding: 'utf8', cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 });
}
