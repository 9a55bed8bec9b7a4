import { buildApp } from '../../app/app.ts';
import { credentialTroubles, obstacle } from '../../app/credential-troubles.ts';
import type { CredentialScene } from '../../app/credential-troubles.ts';
import { lookAtSecret } from '../../app/credentials-secret.ts';
import { runOutput } from '../../app/scan-output.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import { pass } from '../../engine/pass.ts';
import type { PassReport } from '../../engine/report.ts';
import { stoppedEarly, unfinished } from '../../engine/unfinished.ts';
import { runDaemon } from '../../serve/daemon.ts';
import type { GlobalOptions, RepoOption } from '../options.ts';
import { printPass } from '../pass-text.ts';
import { createTerminal } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { VERSION } from '../version.ts';
import { configFor, printProblem, repositoriesOf, stopSignal } from './shared.ts';

/** Options of `remendo run`. */
export interface RunOptions extends GlobalOptions {
  readonly once?: boolean;
  readonly context?: string;
  readonly repo?: readonly RepoOption[];
  readonly output: 'text' | 'json';
}

/**
 * `remendo run`: passes until it is told to stop, or one with `--once`. A stop finishes the step in hand. One pass ends with 1
 * where something could not be done or decided; a daemon says so and goes on.
 */
export async function run(options: RunOptions): Promise<number> {
  const terminal = createTerminal();
  const config = configFor(options, terminal, false);
  if (!config) return 1;
  const built = await buildApp(config, {
    env: process.env,
    repositories: repositoriesOf(options.repo),
    context: options.context,
    persistent: true,
  });
  if (!built.ok) {
    printProblem(built.error, terminal);
    return 1;
  }
  const app = built.value;
  const secret = await lookAtSecret(config, process.env, options.context);
  const credentials = { config, secrets: app.secrets, env: process.env, secret };
  for (const { message, remedy } of credentialTroubles(credentials)) app.log.warn({ remedy }, message);
  const signal = stopSignal();
  const show = (report: PassReport): void => print(report, options.output, terminal);
  if (options.once === true) {
    const report = await pass(app.ports, signal);
    await app.close();
    if (!report.ok) {
      printProblem(stoppedEarly(signal) ?? report.error, terminal);
      return 1;
    }
    show(report.value);
    const { unreadable, incidents, followed } = report.value;
    const decisions = [...incidents, ...followed].map(({ decision }) => decision);
    const left = stoppedEarly(signal) ?? unfinished(unreadable, decisions) ?? unable(credentials);
    if (left) printProblem(left, terminal);
    return left ? 1 : 0;
  }
  const ran = await runDaemon(
    app,
    { env: process.env, context: options.context, version: VERSION, done: show, obstacle: obstacle(credentials) },
    signal,
  );
  await app.close();
  if (ran.ok) return 0;
  printProblem(ran.error, terminal);
  return 1;
}

/** A scheduler that is never told would take a pass that cannot open anything for success. */
function unable(credentials: CredentialScene): Problem | undefined {
  const why = obstacle(credentials);
  return why === undefined ? undefined : problem('credential-missing', why);
}

function print(report: PassReport, output: 'text' | 'json', terminal: Terminal): void {
  if (output === 'json') terminal.out(JSON.stringify(runOutput(report)));
  else printPass(report, terminal);
}
