import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAction } from '../../scripts/build-action.ts';
import { JsonObjectSchema } from '../../src/domain/kubernetes/json-schema.ts';
import { createSandboxClock } from '../../src/sandbox/clock.ts';
import { createClusterWorld } from '../../src/sandbox/cluster/world.ts';
import type { GitHubSandbox } from '../../src/sandbox/github/api.ts';
import { createGitHubSandbox } from '../../src/sandbox/github/sandbox.ts';

const MANIFEST = `# orders. Owner: team shop.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
  namespace: shop
spec:
  replicas: 1
  selector:
    matchLabels: {app: orders}
  template:
    metadata:
      labels: {app: orders}
    spec:
      containers:
      - name: orders
        image: reg.example/shop/orders:2.0.1
        resources:
          limits:
            memory: 64Mi        # measured in spring
`;

/** A repository on a forge, a cluster that runs it out of memory, and a runner's folder. */
export interface ActionWorld {
  readonly directory: string;
  readonly github: GitHubSandbox;
  /** Inputs and environment of a runner for this world. */
  readonly env: Readonly<Record<string, string>>;
  /** Lets seconds pass in the cluster. */
  pass(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export async function startActionWorld(): Promise<ActionWorld> {
  const directory = mkdtempSync(join(tmpdir(), 'remendo-action-'));
  // An hour behind the Action's own clock: what the world shows has lasted.
  const clock = createSandboxClock({ manual: true, start: new Date(Date.now() - 3_600_000).toISOString() });
  const github = createGitHubSandbox({ directory: join(directory, 'git'), now: () => clock.now() });
  await github.createRepository('shop', 'gitops', { files: { 'shop/orders.yaml': MANIFEST } });
  const forge = await github.listen();
  const repoURL = forge.gitUrl('shop', 'gitops');
  const cluster = createClusterWorld({
    clock,
    behaviours: new Map([['reg.example/shop/orders', { memoryNeeded: 100 * 1024 ** 2 }]]),
    repositories: new Map([[repoURL, github.repositoryPath('shop', 'gitops')]]),
    namespaces: ['shop'],
  });
  const address = await cluster.listen();
  cluster.apply(JsonObjectSchema.parse(application(repoURL)));
  // Argo CD makes it by itself.
  const project = { name: 'default', namespace: 'argocd' };
  cluster.apply({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: project, spec: {} });
  cluster.start();
  const kubeconfig = join(directory, 'kubeconfig.yaml');
  writeFileSync(kubeconfig, address.kubeconfigText, { mode: 0o600 });
  const config = join(directory, 'remendo.yaml');
  writeFileSync(
    config,
    `cluster: {name: test}
github: {host: '${forge.host}', apiUrl: '${forge.url}'}
registry: {enabled: false}
verify: {propagation: 30d, soak: 0s}
log: {level: error}
state: {directory: ${join(directory, 'state')}}
`,
  );
  await clock.advance(120_000);
  return {
    directory,
    github,
    env: {
      INPUT_CONFIG: config,
      INPUT_KUBECONFIG: kubeconfig,
      'INPUT_GITHUB-TOKEN': github.bot.token,
      GITHUB_SERVER_URL: `http://${forge.host}`,
      GITHUB_REPOSITORY: 'shop/gitops',
    },
    pass: (seconds) => clock.advance(seconds * 1000),
    close: async () => {
      await Promise.all([cluster.stop(), github.close()]);
      clock.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function application(repoURL: string): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL, path: 'shop', targetRevision: 'main' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
  };
}

/** What a step left. */
export interface StepResult {
  readonly status: number | null;
  /** Lines of the log, as the runner reads them. */
  readonly lines: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Folder of the runner's temporary files. */
  readonly temp: string;
}

let bundle: Promise<string> | undefined;

/** Runs the Action as a runner does: the bundle in a process of its own, inputs as variables, files for what it gives. */
export async function runStep(env: Readonly<Record<string, string>>): Promise<StepResult> {
  bundle ??= buildAction(mkdtempSync(join(tmpdir(), 'remendo-bundle-')));
  const temp = mkdtempSync(join(tmpdir(), 'remendo-runner-'));
  const workspace = join(temp, 'workspace');
  mkdirSync(workspace);
  const files = { GITHUB_OUTPUT: join(temp, 'output'), GITHUB_STEP_SUMMARY: join(temp, 'summary') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const child = spawn(process.execPath, [await bundle], {
    cwd: workspace,
    env: { PATH: process.env['PATH'], HOME: temp, RUNNER_TEMP: temp, ...files, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    status,
    lines: log.split('\n'),
    outputs: readOutputs(readFileSync(files.GITHUB_OUTPUT, 'utf8')),
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
    temp,
  };
}

/** Deletes the bundle that `runStep` made. */
export async function dropBundle(): Promise<void> {
  if (bundle) rmSync(join(await bundle, '..'), { recursive: true, force: true });
}

function readOutputs(text: string): Record<string, string> {
  const found = text.matchAll(/^(?<name>[\w-]+)<<(?<end>\S+)\n(?<value>[\s\S]*?)\n\k<end>$/gm);
  return Object.fromEntries([...found].map(({ groups }) => [groups?.['name'] ?? '', groups?.['value'] ?? '']));
}

/** The commands that the runner would obey: none between stop-commands and its word. */
export function commandsOf(lines: readonly string[]): readonly string[] {
  const obeyed: string[] = [];
  let word: string | undefined;
  for (const line of lines) {
    if (word !== undefined) {
      if (line === `::${word}::`) word = undefined;
    } else if (line.startsWith('::stop-commands::')) word = line.slice('::stop-commands::'.length);
    else if (line.startsWith('::') || line.includes('##[')) obeyed.push(line);
  }
  return obeyed;
}
