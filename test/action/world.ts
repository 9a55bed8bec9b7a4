import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAction } from '../../scripts/build-action.ts';
import { createSandboxClock } from '../../src/sandbox/clock.ts';
import type { GitHubSandbox } from '../../src/sandbox/github/api.ts';
import { NAME, OWNER, startShop } from '../support/shop.ts';
import { HUNGRY, behaviours, deployment, memory } from '../support/shop-manifests.ts';

const PROJECT = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  metadata: { name: 'default', namespace: 'argocd' },
  spec: {},
};

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
  // An hour behind the Action's own clock: what the world shows has lasted.
  const clock = createSandboxClock({ manual: true, start: new Date(Date.now() - 3_600_000).toISOString() });
  const shop = await startShop({
    clock,
    files: { 'shop/orders.yaml': `# Owner: team shop.\n${deployment('orders', memory('64Mi'))}` },
    behaviours: behaviours({ orders: HUNGRY }),
    // Argo CD makes it by itself.
    objects: [PROJECT],
  });
  const { directory, github, forge, kubeconfig } = shop;
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
      GITHUB_REPOSITORY: `${OWNER}/${NAME}`,
    },
    pass: (seconds) => clock.advance(seconds * 1000),
    close: () => shop.close(),
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
