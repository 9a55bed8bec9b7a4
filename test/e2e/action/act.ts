import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** Actions by what a workflow calls them (`owner/name`), as folders of this machine; their files lie below it as in the repository. */
export type LocalActions = Readonly<Record<string, string>>;

export interface ActOptions {
  /** The program. */
  readonly act: string;
  /** A clone of the repository that the workflow stands in; its remote names the repository. */
  readonly clone: string;
  /** File of the workflow below the clone. */
  readonly workflow: string;
  readonly event: 'schedule' | 'workflow_dispatch';
  readonly inputs?: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Environment of the steps. */
  readonly env: Readonly<Record<string, string>>;
  /** HOST:PORT of GitHub. */
  readonly instance: string;
  readonly actions: LocalActions;
  /** Empty folder for what act keeps. */
  readonly home: string;
  /** The log is added to it. */
  readonly log: string;
}

/** One line of act's JSON log. */
const Line = z.looseObject({
  msg: z.string().default(''),
  stepID: z.array(z.string()).optional(),
  command: z.string().optional(),
  name: z.string().optional(),
  arg: z.string().optional(),
  content: z.string().optional(),
});

export interface ActResult {
  readonly status: number | null;
  readonly lines: readonly string[];
  /** Outputs of the steps, by the step's id. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The job's summary, Markdown. */
  readonly summary: string;
}

const MINUTES = 5;

/** Runs a workflow, step by step, on this machine without containers, as `runs-on: ubuntu-latest` would on GitHub's. */
export async function runWorkflow(options: ActOptions): Promise<ActResult> {
  const { act, clone, workflow, event, inputs = {}, vars, secrets, env, instance, actions, home, log } = options;
  const pairs = (flag: string, map: Readonly<Record<string, string>>): string[] =>
    Object.entries(map).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  const used = usesOf(readFileSync(join(clone, workflow), 'utf8'));
  const local = used.flatMap((uses) => {
    const [name = '', ref = ''] = uses.split('@');
    const repository = name.split('/').slice(0, 2).join('/');
    const folder = actions[repository];
    return folder === undefined ? [] : ['--local-repository', `${repository}@${ref}=${folder}`];
  });
  const payload = join(home, 'event.json');
  writeFileSync(payload, JSON.stringify({ inputs }));
  const flags = {
    '--workflows': workflow,
    '--eventpath': payload,
    '--platform': 'ubuntu-latest=-self-hosted',
    '--github-instance': instance,
    '--action-cache-path': join(home, 'cache'),
    // Nothing that lies about is read.
    '--env-file': '/dev/null',
    '--secret-file': '/dev/null',
    '--var-file': '/dev/null',
    '--input-file': '/dev/null',
  };
  const args = [
    event,
    '--json',
    '--no-cache-server',
    ...Object.entries(flags).flat(),
    ...local,
    ...pairs('--var', vars),
    ...pairs('--env', env),
    // Their values stand in the environment, not on the command line.
    ...Object.keys(secrets).flatMap((name) => ['--secret', name]),
  ];
  const child = spawn(act, args, {
    cwd: clone,
    env: { PATH: process.env['PATH'], HOME: home, XDG_CACHE_HOME: join(home, 'xdg'), ...secrets },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: MINUTES * 60_000,
    killSignal: 'SIGKILL',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    // What a step has left running may hold the streams open.
    child.on('exit', (code) => setTimeout(() => resolve(code), 200));
  });
  const lines = said.split('\n').flatMap((line) => {
    const parsed = Line.safeParse(json(line));
    return parsed.success ? [parsed.data] : line.trim() === '' ? [] : [{ msg: line }];
  });
  const text = lines.map(({ msg }) => msg.trimEnd()).filter((msg) => msg !== '');
  appendFileSync(log, `$ act ${event} --workflows ${workflow}\n${text.join('\n')}\nact ended with ${status}\n\n`);
  return { status, lines: text, outputs: outputsOf(lines), summary: summaryOf(lines) };
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function outputsOf(lines: readonly Partial<z.infer<typeof Line>>[]): ActResult['outputs'] {
  const outputs: Record<string, Record<string, string>> = {};
  for (const { command, name, arg, stepID } of lines) {
    if (command !== 'set-output' || name === undefined) continue;
    (outputs[stepID?.at(-1) ?? ''] ??= {})[name] = arg ?? '';
  }
  return outputs;
}

function summaryOf(lines: readonly Partial<z.infer<typeof Line>>[]): string {
  return lines.flatMap(({ command, content }) => (command === 'summary' ? (content ?? '') : [])).join('');
}

const Workflow = z.object({
  jobs: z.record(z.string(), z.object({ steps: z.array(z.object({ uses: z.string().optional() })) })),
});

function usesOf(workflow: string): readonly string[] {
  const { jobs } = Workflow.parse(parse(workflow));
  return Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
}
