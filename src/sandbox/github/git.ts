import { spawn } from 'node:child_process';

/** How a git command ended, and what it printed. */
export interface GitRun {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Environment in which no configuration of the machine or the user reaches git. */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    ...extra,
  };
}

/** How a git command is run. */
export interface GitOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs git in a directory and answers with what it printed, whatever its exit code. */
export function runGit(directory: string, args: readonly string[], options: GitOptions = {}): Promise<GitRun> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: directory, env: gitEnvironment(options.env) });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }),
    );
    // git may end before it has read all of its input; what it printed says why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
  });
}

/** As `runGit`, for commands that must succeed: gives their output as text, or throws with what git said. */
export async function git(directory: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const run = await runGit(directory, args, options);
  if (run.code !== 0) throw new Error(`git ${args[0]} ended with ${run.code}: ${run.stderr.trim()}`);
  return run.stdout.toString();
}
