import type { App, AppOptions } from '../../app/app.ts';
import { buildApp } from '../../app/app.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load.ts';
import type { Problem } from '../../domain/problem.ts';
import { formatProblem } from '../../domain/problem.ts';
import { printable } from '../control-characters.ts';
import type { GlobalOptions, RepoOption } from '../options.ts';
import type { Terminal } from '../terminal.ts';

/** The configuration with what the command line says on top; undefined after the problems were printed. */
export function configFor(options: GlobalOptions, terminal: Terminal, quietByDefault: boolean): Config | undefined {
  const loaded = loadConfig(options.config);
  if (!loaded.ok) {
    for (const problem of loaded.error) printProblem(problem, terminal);
    return undefined;
  }
  const logLevel = options.logLevel ?? (quietByDefault ? 'warn' : loaded.value.logLevel);
  return { ...loaded.value, logLevel };
}

/** Where a command looks. */
export interface LookOptions {
  readonly snapshot?: string;
  readonly context?: string;
  readonly repo?: readonly RepoOption[];
}

/**
 * The application of a command that only looks: it observes, whatever the configuration's mode, and keeps nothing.
 * Undefined after the problem was printed.
 */
export async function buildObserver(
  config: Config,
  { snapshot, context, repo }: LookOptions,
  terminal: Terminal,
  more: Pick<AppOptions, 'progress'> = {},
): Promise<App | undefined> {
  const app = await buildApp(
    { ...config, policy: { ...config.policy, mode: 'observe' } },
    { env: process.env, repositories: repositoriesOf(repo), snapshot, context, persistent: false, ...more },
  );
  if (app.ok) return app.value;
  printProblem(app.error, terminal);
  return undefined;
}

/** Prints a problem to standard error, with nothing in it that a terminal would obey. */
export function printProblem(problem: Problem, { err, paint }: Terminal): void {
  err(`${paint('red', 'error')} ${printable(formatProblem(problem))}`);
}

/** What `--repo` named: clone by repository URL, the last one where a URL was named twice. */
export function repositoriesOf(repo: readonly RepoOption[] | undefined): ReadonlyMap<string, string> {
  return new Map((repo ?? []).map(({ url, path }) => [url, path]));
}

/** Aborts when the process is asked to stop; a second signal ends it at once. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
