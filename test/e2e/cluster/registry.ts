import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Processes } from './processes.ts';
import { findProgram } from './prerequisites.ts';
import { freePorts } from './processes.ts';

/** The real registry, with the images of the scenarios in it. */
export interface ImageRegistry {
  /** Address and port that the node and its pods reach: the host of image references. */
  readonly host: string;
  readonly pauseImage: string;
  /** Pushes the behaving image under another repository and tag. */
  push(repository: string, tag: string, options?: ImageOptions): Promise<void>;
}

export interface ImageOptions {
  /** The image's USER; numeric. Without it: root. */
  readonly user?: string;
  readonly entrypoint?: readonly string[];
}

/** Starts Debian's docker-registry on an address of this machine; it speaks plain HTTP. */
export async function startRegistry(directory: string, processes: Processes, address: string): Promise<ImageRegistry> {
  const [port = 0] = await freePorts(1, address);
  const host = `${address}:${port}`;
  const config = join(directory, 'registry.yml');
  const storage = { filesystem: { rootdirectory: join(directory, 'registry') }, delete: { enabled: true } };
  writeFileSync(config, JSON.stringify({ version: 0.1, log: { level: 'warn' }, storage, http: { addr: host } }));
  const program = findProgram('docker-registry') ?? 'docker-registry';
  const registry = processes.start('registry', program, { args: ['serve', config] });
  await processes.waitFor(registry, async () => (await fetch(`http://${host}/v2/`)).ok, 20);
  makeLayer(directory);
  const attached = attachRegistry(directory, host);
  const pause = ['/bin/busybox', 'sh', '-c', "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"];
  await attached.push('remendo/pause', '1', { entrypoint: pause });
  return attached;
}

/** The registry that a run has started. */
export function attachRegistry(directory: string, host: string): ImageRegistry {
  return {
    host,
    pauseImage: `${host}/remendo/pause:1`,
    push: (repository, tag, options = {}) =>
      pushImage(`http://${host}/v2/${repository}`, tag, readFileSync(layerFile(directory)), options),
  };
}

const layerFile = (directory: string): string => join(directory, 'layer.tar');

/** One layer: a static busybox, and the program that behaves as its environment says. */
function makeLayer(directory: string): void {
  const root = join(directory, 'image');
  for (const folder of ['bin', 'www', 'tmp']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(findProgram('/bin/busybox') ?? '/bin/busybox', join(root, 'bin/busybox'));
  copyFileSync(join(import.meta.dirname, 'behave.sh'), join(root, 'bin/behave'));
  for (const file of ['bin/busybox', 'bin/behave']) chmodSync(join(root, file), 0o755);
  // Without it awk's system() fails at once, and what should wait there for an hour spins.
  symlinkSync('busybox', join(root, 'bin/sh'));
  chmodSync(join(root, 'tmp'), 0o1777);
  for (const page of ['index.html', 'healthz', 'ready']) writeFileSync(join(root, 'www', page), 'ok\n');
  const owned = ['--owner=0', '--group=0', '--mtime=@0', '--sort=name'];
  execFileSync('tar', [...owned, '-cf', layerFile(directory), '-C', root, '.']);
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The distribution API: two blobs, then the manifest that names them. */
async function pushImage(base: string, tag: string, layer: Buffer, options: ImageOptions): Promise<void> {
  const { user = '', entrypoint = ['/bin/busybox', 'sh', '/bin/behave'] } = options;
  const image = {
    architecture: { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch,
    os: 'linux',
    config: { Entrypoint: entrypoint, Env: ['PATH=/bin'], User: user },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
  };
  const config = Buffer.from(JSON.stringify(image));
  await pushBlob(base, layer);
  await pushBlob(base, config);
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest = {
    schemaVersion: 2,
    mediaType: type,
    config: {
      mediaType: 'application/vnd.docker.container.image.v1+json',
      size: config.length,
      digest: digestOf(config),
    },
    layers: [
      { mediaType: 'application/vnd.docker.image.rootfs.diff.tar', size: layer.length, digest: digestOf(layer) },
    ],
  };
  const put = await fetch(`${base}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'Content-Type': type },
    body: JSON.stringify(manifest),
  });
  if (!put.ok) throw new Error(`the registry refuses ${base}:${tag}: ${put.status} ${await put.text()}`);
}

async function pushBlob(base: string, blob: Buffer): Promise<void> {
  const digest = digestOf(blob);
  if ((await fetch(`${base}/blobs/${digest}`, { method: 'HEAD' })).ok) return;
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(begun.headers.get('location') ?? '', base);
  place.searchParams.set('digest', digest);
  const headers = { 'Content-Type': 'application/octet-stream' };
  const put = await fetch(place, { method: 'PUT', headers, body: new Uint8Array(blob) });
  if (put.status !== 201) throw new Error(`the registry refuses a layer: ${put.status} ${await put.text()}`);
}
