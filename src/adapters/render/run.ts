import { spawn } from 'node:child_process';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';

/** Bounds of one run of a foreign program. Milliseconds and bytes. */
export interface RunLimits {
  readonly timeout: number;
  readonly output: number;
}

/** A minute, and 32 MiB of output. */
export const DEFAULT_LIMITS: RunLimits = { timeout: 60_000, output: 32 * 1024 * 1024 };

/** One run of a program. */
export interface RunRequest {
  readonly program: string;
  readonly args: readonly string[];
  /** Working folder. */
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: RunLimits;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program without a shell and answers with what it printed. Error codes: `binary-missing`, `render-timeout`,
 * `render-failed` (its message is what the program wrote to stderr, shortened).
 */
export function run(request: RunRequest): Promise<Result<string, Problem>> {
  const { program, args, cwd, environment, limits, signal } = request;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    let size = 0;
    let stopped: Problem | undefined;
    const stop = (why: Problem): void => {
      stopped ??= why;
      // The whole group, so that nothing that the program started lives on.
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    };
    const timer = setTimeout(() => {
      stop(problem('render-timeout', `${name(program)} took longer than ${limits.timeout / 1000} s`));
    }, limits.timeout);
    const aborted = (): void => stop(problem('render-timeout', `${name(program)} was cancelled`));
    signal?.addEventListener('abort', aborted, { once: true });
    const done = (answer: Result<string, Problem>): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      resolve(answer);
    };
    const take = (chunks: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.output)
        stop(problem('render-failed', `${name(program)} printed more than ${limits.output} bytes`));
      else chunks.push(chunk);
    };
    child.stdout.on('data', take(out));
    child.stderr.on('data', take(errors));
    child.on('error', (error) => {
      const missing = 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');
      done(err(problem(missing ? 'binary-missing' : 'render-failed', `cannot run ${program}: ${error.message}`)));
    });
    child.on('close', (code) => {
      if (stopped) return done(err(stopped));
      if (code === 0) return done(ok(Buffer.concat(out).toString('utf8')));
      const said = shorten(Buffer.concat(errors).toString('utf8'), cwd);
      done(err(problem('render-failed', said === '' ? `${name(program)} ended with status ${code}` : said)));
    });
    if (signal?.aborted) aborted();
  });
}

function name(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}

/** What a program says of its failure in a few lines, without the temporary folder's name. */
function shorten(text: string, folder: string): string {
  const lines = text
    .replaceAll(`${folder}/`, '')
    .replaceAll(folder, '.')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !line.startsWith('Use --debug'));
  const short = lines.slice(0, 12).join('\n');
  return short.length > 1200 ? `${short.slice(0, 1200)} ...` : short;
}
