import { execFile } from 'node:child_process';
import { copyFileSync, createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { z } from 'zod';
import type { Cluster } from '../cluster/cluster.ts';
import { unmountBelow } from '../cluster/node.ts';
import { findProgram } from '../cluster/prerequisites.ts';
import { baseLayer } from './base.ts';
import { keptArchive, keyOf } from './kept.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const NODE = join(ROOT, 'node_modules', 'node', 'bin');
const run = promisify(execFile);

/** What the archive calls it. */
const REFERENCE = 'remendo/remendo:0.1.0';

/** A built image, as an archive. */
export interface Image {
  /** A docker-archive: what `docker save` writes. */
  readonly archive: string;
  /** What the image runs as and with. */
  readonly config: z.infer<typeof Inspected>['config'];
}

/**
 * Builds the repository's Dockerfile, with bases and programs of the tier instead of those that would be pulled. The bundle
 * is built from the checkout. Takes some 10 s, the first time on a machine some 30 s, and 3 s where the same image was built
 * before: it is kept outside the repository. Throws with the builder's last words.
 */
export async function buildImage({ directory, binaries }: Pick<Cluster, 'directory' | 'binaries'>): Promise<Image> {
  const work = mkdtempSync(join(directory, 'image-'));
  const buildah = builder(work);
  try {
    const base = baseLayer(join(NODE, 'node'));
    const dist = join(work, 'dist');
    mkdirSync(dist);
    await run(process.execPath, [join(ROOT, 'scripts', 'build.ts'), dist], { cwd: ROOT });
    const programs = join(work, 'programs');
    mkdirSync(programs);
    for (const name of ['helm', 'kustomize']) copyFileSync(join(binaries, name), join(programs, name));
    const key = keyOf([base, dist, programs, join(NODE, 'node'), join(ROOT, 'Dockerfile'), import.meta.filename]);
    const archive = await keptArchive(dirname(base), key, async (path) => {
      await bake(buildah, work, { base, dist, programs });
      await buildah('push', '--quiet', 'localhost/remendo', `docker-archive:${path}:${REFERENCE}`);
    });
    return { archive, config: await configOf(archive) };
  } finally {
    // The builder leaves mounts of its own.
    unmountBelow(work);
    rmSync(work, { recursive: true, force: true, maxRetries: 3 });
  }
}

type Buildah = (...args: readonly string[]) => Promise<string>;

function builder(work: string): Buildah {
  const storage = ['--storage-driver', 'vfs', '--root', join(work, 'storage'), '--runroot', join(work, 'runroot')];
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot', TMPDIR: work };
  const options = { env, maxBuffer: 64 * 1024 ** 2, timeout: 300_000 };
  const program = findProgram('buildah') ?? 'buildah';
  return async (...args) => (await run(program, [...storage, ...args], options)).stdout;
}

interface Parts {
  /** A tar with the root file system. */
  readonly base: string;
  /** Folders with the built program, and with helm and kustomize. */
  readonly dist: string;
  readonly programs: string;
}

/** `localhost/remendo`, in the builder's storage. */
async function bake(buildah: Buildah, work: string, { base, dist, programs }: Parts): Promise<void> {
  const bud = (name: string, file: string, context: string, ...args: readonly string[]): Promise<string> =>
    buildah('bud', '--quiet', '--file', file, '--tag', `localhost/${name}`, ...args, context);
  const simple = async (name: string, lines: readonly string[], context: string): Promise<void> => {
    const file = join(work, `${name}.Dockerfile`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    await bud(name, file, context);
  };
  await simple('base', ['FROM scratch', `ADD ${basename(base)} /`], dirname(base));
  await simple('node', ['FROM localhost/base', 'COPY node /usr/local/bin/node'], NODE);
  await simple('programs', ['FROM scratch', 'COPY . /programs/bin/'], programs);
  await simple('build', ['FROM scratch', 'COPY . /src/dist'], dist);
  const bases = ['BASE_IMAGE=localhost/base', 'NODE_IMAGE=localhost/node'];
  const stages = ['programs', 'build'].map((stage) => `${stage}=container-image://localhost/${stage}`);
  const args = [
    ...bases.flatMap((one) => ['--build-arg', one]),
    ...stages.flatMap((stage) => ['--build-context', stage]),
  ];
  await bud('remendo', join(ROOT, 'Dockerfile'), ROOT, ...args);
}

/** Bytes of the image as a registry would send it. */
export async function compressedSize({ archive }: Image): Promise<number> {
  let size = 0;
  await pipeline(createReadStream(archive), createGzip(), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) size += chunk.length;
  });
  return size;
}

async function configOf(archive: string): Promise<Image['config']> {
  const read = async (file: string): Promise<unknown> =>
    JSON.parse((await run('tar', ['-xOf', archive, file], { maxBuffer: 16 * 1024 ** 2 })).stdout);
  const [image] = Manifest.parse(await read('manifest.json'));
  return Inspected.parse(await read(image.Config)).config;
}

/** https://github.com/moby/docker-image-spec: what `docker save` writes. */
const Manifest = z.tuple([z.object({ Config: z.string() })]);
const Inspected = z.object({
  config: z.object({
    User: z.string().optional(),
    WorkingDir: z.string().optional(),
    Env: z.array(z.string()).optional(),
    Entrypoint: z.array(z.string()).optional(),
    Cmd: z.array(z.string()).optional(),
  }),
});

/**
 * Loads an image into the node's containerd, so that pods with `imagePullPolicy: IfNotPresent` start from it; `reference` is
 * what pods call it.
 */
export async function importImage(
  { directory }: Pick<Cluster, 'directory'>,
  { archive }: Image,
  reference = REFERENCE,
): Promise<void> {
  const program = findProgram('ctr') ?? 'ctr';
  const at = ['--address', join(directory, 'containerd.sock'), '--namespace', 'k8s.io', 'images'];
  const ctr = (...args: readonly string[]) => run(program, [...at, ...args], { timeout: 300_000 });
  await ctr('import', '--snapshotter', 'native', archive);
  if (reference !== REFERENCE) await ctr('tag', '--force', `docker.io/${REFERENCE}`, reference);
}
