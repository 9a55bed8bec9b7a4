import { execFile } from 'node:child_process';
import { copyFileSync, createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import type { Cluster } from '../cluster/cluster.ts';
import { unmountBelow } from '../cluster/node.ts';
import { findProgram } from '../cluster/prerequisites.ts';
import { baseLayer } from './base.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const NODE = join(ROOT, 'node_modules', 'node', 'bin');
const run = promisify(execFile);

/** A built image, as an archive. */
export interface Image {
  /** As a pod names it: `remendo/remendo:0.1.0`. */
  readonly reference: string;
  /** A docker-archive: what `docker save` writes. */
  readonly archive: string;
  /** What the image runs as and with. */
  readonly config: ImageConfig;
}

/** The fields of an OCI image's `config` that the Dockerfile sets. */
export interface ImageConfig {
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
}

/**
 * Builds the repository's Dockerfile, with bases and programs of the tier instead of those that would be pulled. The bundle
 * is built from the checkout. Takes some 10 s; the first time on a machine some 30 s. Files lie below the cluster's folder
 * and go away with it. Throws with the builder's last words.
 */
export async function buildImage(
  { directory, binaries }: Pick<Cluster, 'directory' | 'binaries'>,
  reference = 'remendo/remendo:0.1.0',
): Promise<Image> {
  const work = mkdtempSync(join(directory, 'image-'));
  const storage = ['--storage-driver', 'vfs', '--root', join(work, 'storage'), '--runroot', join(work, 'runroot')];
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot', TMPDIR: work };
  const buildah = async (...args: readonly string[]): Promise<string> => {
    const program = findProgram('buildah') ?? 'buildah';
    const options = { env, maxBuffer: 64 * 1024 ** 2, timeout: 300_000 };
    return (await run(program, [...storage, ...args], options)).stdout;
  };
  const bud = (name: string, file: string, context: string, ...args: readonly string[]): Promise<string> =>
    buildah('bud', '--quiet', '--file', file, '--tag', `localhost/${name}`, ...args, context);
  const simple = async (name: string, lines: readonly string[], context: string): Promise<void> => {
    const file = join(work, `${name}.Dockerfile`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    await bud(name, file, context);
  };
  try {
    const base = baseLayer(join(NODE, 'node'));
    const dist = join(work, 'dist');
    mkdirSync(dist);
    await run(process.execPath, [join(ROOT, 'scripts', 'build.ts'), dist], { cwd: ROOT });
    await simple('base', ['FROM scratch', `ADD ${base.slice(base.lastIndexOf('/') + 1)} /`], join(base, '..'));
    await simple('node', ['FROM localhost/base', 'COPY node /usr/local/bin/node'], NODE);
    const programs = join(work, 'programs');
    mkdirSync(programs);
    for (const name of ['helm', 'kustomize']) copyFileSync(join(binaries, name), join(programs, name));
    await simple('programs', ['FROM scratch', 'COPY . /programs/bin/'], programs);
    await simple('build', ['FROM scratch', 'COPY . /src/dist'], dist);
    const bases = ['BASE_IMAGE=localhost/base', 'NODE_IMAGE=localhost/node'];
    const stages = ['programs', 'build'].map((stage) => `${stage}=container-image://localhost/${stage}`);
    const args = [
      ...bases.flatMap((base) => ['--build-arg', base]),
      ...stages.flatMap((stage) => ['--build-context', stage]),
    ];
    await bud('remendo', join(ROOT, 'Dockerfile'), ROOT, ...args);
    const inspected: unknown = JSON.parse(await buildah('inspect', '--type', 'image', 'localhost/remendo'));
    const archive = join(directory, `${reference.replaceAll(/[^\w.]+/g, '-')}.tar`);
    rmSync(archive, { force: true });
    await buildah('push', '--quiet', 'localhost/remendo', `docker-archive:${archive}:${reference}`);
    return { reference, archive, config: configOf(inspected) };
  } finally {
    // The builder leaves mounts of its own.
    unmountBelow(work);
    rmSync(work, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Bytes of the image as a registry would send it. */
export async function compressedSize({ archive }: Image): Promise<number> {
  let size = 0;
  await pipeline(createReadStream(archive), createGzip(), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) size += chunk.length;
  });
  return size;
}

function configOf(inspected: unknown): ImageConfig {
  const { OCIv1 } = inspected as { readonly OCIv1: { readonly config: ImageConfig } };
  return OCIv1.config;
}

/** Loads an image into the node's containerd, so that pods with `imagePullPolicy: IfNotPresent` start from it. */
export async function importImage({ directory }: Pick<Cluster, 'directory'>, { archive }: Image): Promise<void> {
  const ctr = findProgram('ctr') ?? 'ctr';
  const at = ['--address', join(directory, 'containerd.sock'), '--namespace', 'k8s.io'];
  await run(ctr, [...at, 'images', 'import', '--snapshotter', 'native', archive], { timeout: 300_000 });
}
