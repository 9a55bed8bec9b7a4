import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian packages that bring what is not built, with the program that shows whether each is there. */
const PACKAGES: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  'busybox-static': '/bin/busybox',
  'redis-server': 'redis-server',
  'docker-registry': 'docker-registry',
  buildah: 'buildah',
  iproute2: 'ip',
  openssl: 'openssl',
  git: 'git',
  // What the example workflows of the Action are written with, as GitHub's runners have it.
  curl: 'curl',
  jq: 'jq',
  // Gitea's database is written in C; gcc does not bring the headers of the C library with it.
  gcc: 'gcc',
  'libc6-dev': '/usr/include/arpa',
};

/** Exit status of a run that could not check anything: neither passed nor failed. */
export const COULD_NOT_CHECK = 3;

/** Path of a program; undefined where it is not on PATH. */
export function findProgram(name: string): string | undefined {
  const places = name.startsWith('/') ? [name] : pathFolders().map((folder) => join(folder, name));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function pathFolders(): string[] {
  // Debian keeps some of these out of a normal PATH.
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/go/bin'];
}

/**
 * What this machine lacks, one sentence each; empty where all is there. Packages are installed where that is possible
 * (root, and a package manager that answers).
 */
export function missingParts(): readonly string[] {
  const missing: string[] = [];
  if (process.platform !== 'linux') return [`a Linux kernel (this is ${process.platform})`];
  if (process.getuid?.() !== 0) return ['root: kubelet and containerd make cgroups, mounts and network namespaces'];
  if (findProgram('go') === undefined) missing.push('Go 1.26.2 or later on PATH: the cluster is built from source');
  if (!existsSync('/sys/fs/cgroup')) missing.push('cgroups: /sys/fs/cgroup is not mounted');
  const absent = absentPackages();
  const said = absent.length > 0 && missing.length === 0 ? install(absent) : undefined;
  for (const name of absentPackages()) missing.push(`${PACKAGES[name]} (Debian package ${name})`);
  return said !== undefined && missing.length > 0 ? [...missing, said] : missing;
}

function absentPackages(): string[] {
  return Object.entries(PACKAGES).flatMap(([name, program]) => (findProgram(program) === undefined ? [name] : []));
}

/** Why packages could not be installed; undefined where they were. The network may fail once. */
function install(packages: readonly string[]): string | undefined {
  if (findProgram('apt-get') === undefined) return 'apt-get, which would install these';
  // Level 1: the services of the packages are not started.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const aptGet = (...args: string[]): { status: number | null; stderr: string } =>
    spawnSync('apt-get', args, { env, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 });
  let said = '';
  for (let attempt = 0; attempt < 2; attempt++) {
    aptGet('update', '-qq');
    const { status, stderr } = aptGet('install', '-y', '-qq', '--no-install-recommends', ...packages);
    if (status === 0) return undefined;
    said = stderr.trim().split('\n').slice(-3).join(' ');
  }
  return `a package manager that can install these; apt-get says: ${said}`;
}

/** Address of a real interface: kubelet refuses loopback addresses, and logs would not work. */
export function nodeAddress(): string {
  const table = execFileSync(findProgram('ip') ?? 'ip', ['-4', '-o', 'addr', 'show', 'scope', 'global', 'up'], {
    encoding: 'utf8',
  });
  const address = /^\d+: (?!rmd-|cni|docker)\S+\s+inet ([\d.]+)\//m.exec(table)?.[1];
  if (address === undefined) throw new Error('no network interface has an IPv4 address of its own');
  return address;
}
