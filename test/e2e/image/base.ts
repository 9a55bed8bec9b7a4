import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { findProgram } from '../cluster/prerequisites.ts';
import type { Packages } from './packages.ts';
import { findPackages, unpack, updateLists } from './packages.ts';

const PROGRAMS = ['/usr/bin/git', '/usr/lib/git-core/git-remote-http', '/usr/bin/ssh'];
// Debian keeps it out of a normal PATH.
const CHROOT = findProgram('chroot') ?? 'chroot';
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'remendo', 'e2e-image');
const LOADER =
  { x64: '/lib64/ld-linux-x86-64.so.2', arm64: '/lib/ld-linux-aarch64.so.1' }[process.arch as string] ?? '';

/**
 * A root file system that can stand in for the Dockerfile's base image where no public image can be pulled: busybox, git
 * over HTTPS and SSH, certificates, and the libraries that these and Node.js load. Answers with a tar, which is made once
 * for the same packages and kept outside the repository. `node`: the program whose libraries are wanted too.
 */
export function baseLayer(node: string): string {
  const recipe = globSync(join(import.meta.dirname, '{base,packages}.ts')).sort();
  const fixed = [String(statSync(node).size), ...recipe.map((file) => readFileSync(file, 'utf8'))];
  const layerOf = ({ lines }: Packages): string =>
    join(
      CACHE,
      `${createHash('sha256')
        .update([lines, ...fixed].join('\0'))
        .digest('hex')
        .slice(0, 20)}.tar`,
    );
  let packages = findPackages();
  if (existsSync(layerOf(packages))) return layerOf(packages);
  // Lists that are old name packages that are gone.
  updateLists();
  packages = findPackages();
  const layer = layerOf(packages);
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'make-'));
  try {
    const [all, root] = [join(work, 'all'), join(work, 'root')];
    unpack(packages, join(work, 'packages'), all);
    select(all, root, node);
    const owned = ['--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--sort=name'];
    execFileSync('tar', [...owned, '-cf', join(work, 'layer.tar'), '-C', root, '.']);
    // Whole or not there: two runs may make it side by side.
    renameSync(join(work, 'layer.tar'), layer);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return layer;
}

/** Copies the programs with what they load, and no manual, no locale, no Perl. */
function select(all: string, root: string, node: string): void {
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', folder), { recursive: true });
    symlinkSync(join('usr', folder), join(root, folder));
  }
  for (const folder of ['etc/ssl/certs', 'proc', 'sys', 'dev', 'run', 'root', 'var/tmp', 'usr/local/bin', 'tmp']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const folder of ['tmp', 'var/tmp']) chmodSync(join(root, folder), 0o1777);
  copyFileSync(node, join(all, 'usr/bin/node'));
  const libraries = ['/usr/bin/node', ...PROGRAMS].flatMap((program) => librariesOf(all, program));
  for (const file of new Set([...PROGRAMS, '/bin/busybox', ...libraries])) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    copyFileSync(realpathSync(join(all, file)), join(root, file));
    chmodSync(join(root, file), 0o755);
  }
  const core = join(root, 'usr/lib/git-core');
  symlinkSync('/usr/bin/git', join(core, 'git'));
  symlinkSync('git-remote-http', join(core, 'git-remote-https'));
  cpSync(join(all, 'usr/share/git-core/templates'), join(root, 'usr/share/git-core/templates'), { recursive: true });
  const certificates = globSync('usr/share/ca-certificates/mozilla/*.crt', { cwd: all }).sort();
  if (certificates.length === 0) throw new Error('the package ca-certificates holds no certificates');
  const bundle = certificates.map((file) => readFileSync(join(all, file), 'utf8').trimEnd()).join('\n');
  writeFileSync(join(root, 'etc/ssl/certs/ca-certificates.crt'), `${bundle}\n`);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
  execFileSync(CHROOT, [root, '/bin/busybox', '--install', '-s']);
}

/** Paths of the shared libraries that a program loads, as the loader of that root file system itself says. */
function librariesOf(root: string, program: string): string[] {
  const said = execFileSync(CHROOT, [root, LOADER, '--list', program], { encoding: 'utf8' });
  const missing = said.split('\n').filter((line) => line.includes('not found'));
  if (missing.length > 0) throw new Error(`${program} lacks libraries:\n${missing.join('\n')}`);
  return [LOADER, ...[...said.matchAll(/ => (\/\S+)/g)].flatMap(([, path]) => path ?? [])];
}
