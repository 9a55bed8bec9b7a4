import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './prerequisites.ts';
import { CACHE_KEY, VERSIONS } from './versions.ts';

/** Paths of the built programs. */
export type Binaries = Readonly<Record<BinaryName, string>> & { readonly directory: string; readonly modules: string };
type BinaryName = (typeof NAMES)[number];

const NAMES = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kubectl',
  'argocd',
  'helm',
  'kustomize',
] as const;

interface Recipe {
  /** Folder below `modules/`. */
  readonly module?: string;
  readonly target: string;
  readonly ldflags?: string;
}

const [major = '', minor = ''] = VERSIONS.kubernetes.split('.');
const STAMP = 'k8s.io/component-base/version';
// Without these clients see v0.0.0.
const KUBERNETES = `-X ${STAMP}.gitVersion=v${VERSIONS.kubernetes} -X ${STAMP}.gitMajor=${major} -X ${STAMP}.gitMinor=${minor}`;

function recipe(name: BinaryName): Recipe {
  if (name === 'etcd') return { module: 'etcd', target: '.' };
  if (name === 'argocd') {
    const ldflags = `-X github.com/argoproj/argo-cd/v3/common.version=${VERSIONS.argocd}`;
    return { module: 'argocd', target: 'github.com/argoproj/argo-cd/v3/cmd', ldflags };
  }
  if (name === 'helm') return { target: `helm.sh/helm/v3/cmd/helm@v${VERSIONS.helm}` };
  if (name === 'kustomize') return { target: `sigs.k8s.io/kustomize/kustomize/v5@v${VERSIONS.kustomize}` };
  return { module: 'kubernetes', target: `k8s.io/kubernetes/cmd/${name}`, ldflags: KUBERNETES };
}

/** Folder of built programs: outside the repository, one for each set of versions. */
export function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'remendo', 'e2e', CACHE_KEY);
}

/**
 * Builds what is not in the cache yet. A program appears in the cache when it is whole, so two runs may build side by side.
 * Throws with the compiler's last words where a build fails.
 */
export async function buildBinaries(tell: (line: string) => void): Promise<Binaries> {
  const directory = cacheDirectory();
  mkdirSync(directory, { recursive: true });
  for (const name of NAMES) {
    const file = join(directory, name);
    if (existsSync(file)) continue;
    const started = Date.now();
    tell(`building ${name} (${recipe(name).target})`);
    await build(name, file);
    tell(`built ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
  }
  const paths = Object.fromEntries(NAMES.map((name) => [name, join(directory, name)]));
  const modules = (await run('go', ['env', 'GOMODCACHE'], process.cwd())).trim();
  return { ...(paths as Record<BinaryName, string>), directory, modules };
}

async function build(name: BinaryName, file: string): Promise<void> {
  const { module, target, ldflags = '' } = recipe(name);
  const scratch = `${file}.${process.pid}`;
  const flags = ['-ldflags', `-s -w ${ldflags}`];
  try {
    if (module === undefined) {
      mkdirSync(scratch);
      await run('go', ['install', ...flags, target], process.cwd(), { GOBIN: scratch });
      renameSync(join(scratch, name), file);
    } else {
      const home = join(import.meta.dirname, 'modules', module);
      await run('go', ['build', '-mod=readonly', ...flags, '-o', scratch, target], home);
      renameSync(scratch, file);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Folder of a module's own files, such as Argo CD's CRDs. */
export function moduleFolder({ modules }: Pick<Binaries, 'modules'>, path: string, version: string): string {
  return join(modules, `${path}@${version}`);
}

const LIMIT = 25 * 60_000;

/** Output of a program; rejects with the end of what it said. */
function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(findProgram(program) ?? program, args, {
      cwd,
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false', GOWORK: 'off', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT,
    });
    let out = '';
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${said}`));
    });
  });
}
