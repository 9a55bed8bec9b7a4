import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism, homedir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { findProgram } from './prerequisites.ts';
import { VERSIONS } from './versions.ts';

/** Paths of the built programs, and of the archives of what some of them read beside them. */
export type Builds = Readonly<Record<BinaryName, string>> & { readonly files: (name: BinaryName) => string };
/** The same, for one run: all programs lie in one folder. */
export type Binaries = Builds & { readonly directory: string };
type BinaryName = (typeof NAMES)[number];
/** `act` runs workflows of GitHub Actions: one test needs it, the cluster does not. */
type ProgramName = BinaryName | 'act';

const NAMES = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kubectl',
  'argocd',
  'gitea',
  'helm',
  'kustomize',
] as const;

interface Recipe {
  readonly part: keyof typeof VERSIONS;
  /** Folder below `modules/`. */
  readonly module?: string;
  readonly target: string;
  readonly ldflags?: string;
  readonly tags?: string;
  readonly cgo?: boolean;
  /** Folders of a Go module that the program, or who starts it, needs; kept as an archive beside the program. */
  readonly files?: { readonly of: string; readonly folders: readonly string[] };
}

const [major = '', minor = ''] = VERSIONS.kubernetes.split('.');
const STAMP = 'k8s.io/component-base/version';
// Without these clients see v0.0.0.
const KUBERNETES = `-X ${STAMP}.gitVersion=v${VERSIONS.kubernetes} -X ${STAMP}.gitMajor=${major} -X ${STAMP}.gitMinor=${minor}`;

const ARGOCD = 'github.com/argoproj/argo-cd/v3';
const GITEA = 'code.gitea.io/gitea';

function recipe(name: ProgramName): Recipe {
  if (name === 'act') return { part: name, target: `github.com/nektos/act@v${VERSIONS.act}` };
  if (name === 'etcd') return { part: 'etcd', module: 'etcd', target: '.' };
  if (name === 'argocd') {
    const ldflags = `-X ${ARGOCD}/common.version=${VERSIONS.argocd}`;
    const files = { of: ARGOCD, folders: ['manifests/crds'] };
    return { part: 'argocd', module: 'argocd', target: `${ARGOCD}/cmd`, ldflags, files };
  }
  if (name === 'gitea') {
    const ldflags = `-X main.Version=${VERSIONS.gitea}`;
    // Its own way to carry these files within (tag bindata) generates code in the module's folder, which Go forbids.
    const files = { of: GITEA, folders: ['templates', 'options', 'public'] };
    return {
      part: 'gitea',
      module: 'gitea',
      target: GITEA,
      cgo: true,
      tags: 'sqlite sqlite_unlock_notify',
      ldflags,
      files,
    };
  }
  if (name === 'helm') return { part: 'helm', target: `helm.sh/helm/v3/cmd/helm@v${VERSIONS.helm}` };
  if (name === 'kustomize') {
    return { part: 'kustomize', target: `sigs.k8s.io/kustomize/kustomize/v5@v${VERSIONS.kustomize}` };
  }
  return { part: 'kubernetes', module: 'kubernetes', target: `k8s.io/kubernetes/cmd/${name}`, ldflags: KUBERNETES };
}

/** Place of a built program: outside the repository, one folder for each version of each part. */
function cached(name: ProgramName): string {
  const { part } = recipe(name);
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(cache, 'remendo', 'e2e', `${part}-${VERSIONS[part]}`, name);
}

/**
 * Builds what is not in the cache yet. A program appears in the cache when it is whole, so two runs may build side by side.
 * Throws with the compiler's last words where a build fails.
 */
export async function buildBinaries(tell: (line: string) => void, signal: AbortSignal): Promise<Builds> {
  for (const name of NAMES) await buildProgram(name, tell, signal);
  const paths = Object.fromEntries(NAMES.map((name) => [name, cached(name)]));
  return { ...(paths as Record<BinaryName, string>), files: (name) => archiveOf(cached(name)) };
}

/** Builds one program where it is not in the cache yet; answers with its path. */
export async function buildProgram(
  name: ProgramName,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const file = cached(name);
  mkdirSync(dirname(file), { recursive: true });
  // What fails is most often the network, and everything that was fetched or compiled before is kept.
  const twice = (attempt: () => Promise<void>): Promise<void> =>
    attempt().catch((error: unknown) => {
      signal.throwIfAborted();
      tell(`${name} could not be built, once more: ${error instanceof Error ? error.message : String(error)}`);
      return attempt();
    });
  if (recipe(name).files !== undefined && !existsSync(archiveOf(file)))
    await twice(() => archive(name, archiveOf(file), signal));
  if (existsSync(file)) return file;
  const started = Date.now();
  tell(`building ${name} (${recipe(name).target})`);
  await twice(() => build(name, file, signal));
  tell(`built ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
  return file;
}

/** Links all programs into one new folder, so that one entry of PATH finds them. */
export function linkBinaries(builds: Builds, directory: string): Binaries {
  mkdirSync(directory);
  for (const name of NAMES) symlinkSync(builds[name], join(directory, name));
  return { ...builds, directory };
}

/** A compiler, or a linker, of these programs takes up to 2.5 GiB. */
const PARALLEL = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / (2.5 * 1024 ** 3))));

async function build(name: ProgramName, file: string, signal: AbortSignal): Promise<void> {
  const { module, target, ldflags = '', tags = '', cgo = false } = recipe(name);
  const scratch = `${file}.${process.pid}`;
  const flags = ['-p', String(PARALLEL), '-ldflags', `-s -w ${ldflags}`, '-tags', tags];
  const env = { CGO_ENABLED: cgo ? '1' : '0' };
  try {
    if (module === undefined) {
      mkdirSync(scratch);
      await run('go', ['install', ...flags, target], process.cwd(), { signal, env: { ...env, GOBIN: scratch } });
      renameSync(join(scratch, name), file);
    } else {
      await run('go', ['build', '-mod=readonly', ...flags, '-o', scratch, target], homeOf(module), { signal, env });
      renameSync(scratch, file);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const homeOf = (module: string): string => join(import.meta.dirname, 'modules', module);
const archiveOf = (file: string): string => `${file}.tar`;

/** Keeps folders of a Go module, because Go's own cache of modules may be gone when the program is not. */
async function archive(name: ProgramName, file: string, signal: AbortSignal): Promise<void> {
  const { module = '', files } = recipe(name);
  if (files === undefined) return;
  const told = await run('go', ['mod', 'download', '-json', files.of], homeOf(module), { signal });
  const { Dir } = z.object({ Dir: z.string() }).parse(JSON.parse(told));
  const scratch = `${file}.${process.pid}`;
  await run('tar', ['--mode=u+rwX,go+rX', '-cf', scratch, '-C', Dir, ...files.folders], process.cwd(), { signal });
  renameSync(scratch, file);
}

const LIMIT = 25 * 60_000;

interface RunOptions {
  readonly signal: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
}

/** Output of a program; rejects with the end of what it said. It ends, with all that it started, when the signal says so. */
function run(program: string, args: readonly string[], cwd: string, { signal, env = {} }: RunOptions): Promise<string> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(findProgram(program) ?? program, args, {
      cwd,
      // Go keeps modules and objects below HOME, and does nothing without one.
      env: { HOME: homedir(), ...process.env, GOFLAGS: '-buildvcs=false', GOWORK: 'off', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    };
    const limit = setTimeout(kill, LIMIT);
    signal.addEventListener('abort', kill);
    let out = '';
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      signal.removeEventListener('abort', kill);
      if (code === 0) resolve(out);
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${said}`));
    });
  });
}
