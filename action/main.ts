import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from '../src/app/app.ts';
import { useEnvironmentProxy } from '../src/app/environment-proxy.ts';
import { readSecrets, secretValues } from '../src/app/secrets.ts';
import { VERSION } from '../src/cli/version.ts';
import { describe } from '../src/cli/progress.ts';
import type { Config } from '../src/config/config.ts';
import { loadConfig } from '../src/config/load.ts';
import type { Problem } from '../src/domain/problem.ts';
import { formatPlace, formatProblem, problem } from '../src/domain/problem.ts';
import type { Result } from '../src/domain/result.ts';
import { err, ok } from '../src/domain/result.ts';
import { pass } from '../src/engine/pass.ts';
import { stoppedEarly, unfinished } from '../src/engine/unfinished.ts';
import { annotate } from './annotations.ts';
import { atLeast } from './here.ts';
import type { Inputs, Mode } from './inputs.ts';
import { readInputs } from './inputs.ts';
import { publish } from './outputs.ts';
import type { Report } from './report.ts';
import { reportOf } from './report.ts';
import { sarif } from './sarif.ts';
import { summary } from './summary.ts';
import type { Runner } from './workflow.ts';
import { createRunner } from './workflow.ts';

/** One step: reads inputs, makes one pass, and hands the results to the runner. Returns the exit status: 0 or 1. */
export async function main(env: NodeJS.ProcessEnv, write: (line: string) => void, signal: AbortSignal): Promise<0 | 1> {
  const runner = createRunner(env, write);
  const done = await step(env, runner, signal).catch((error: unknown) => {
    runner.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return err(problem('internal', `a fault of Remendo: ${error instanceof Error ? error.message : String(error)}`));
  });
  if (!done.ok) runner.annotate('error', oneLine(done.error), { title: 'Remendo' });
  runner.end();
  return done.ok ? 0 : 1;
}

async function step(env: NodeJS.ProcessEnv, runner: Runner, signal: AbortSignal): Promise<Result<void, Problem>> {
  const proxy = useEnvironmentProxy(env);
  if (proxy) return err(proxy);
  const read = readInputs(env);
  if (!read.ok) return read;
  const inputs = read.value;
  const own = {
    ...env,
    ...(inputs.githubToken === undefined ? {} : { REMENDO_GITHUB_TOKEN: inputs.githubToken }),
    ...(inputs.openaiApiKey === undefined ? {} : { OPENAI_API_KEY: inputs.openaiApiKey }),
  };
  const secrets = readSecrets(own);
  for (const secret of secretValues(secrets)) runner.mask(secret);
  const loaded = loadConfig(inputs.config);
  if (!loaded.ok) {
    for (const item of loaded.error) runner.say(formatProblem(item));
    const [first] = loaded.error;
    return err(first ?? problem('config-invalid', 'the configuration is not valid'));
  }
  const mode = inputs.mode ?? (loaded.value.policy.mode === 'propose' ? 'propose' : 'scan');
  const config = configOf(loaded.value, inputs, mode);
  const credential = secrets.githubToken ?? (config.github.appId === undefined ? undefined : secrets.githubAppKey);
  if (mode !== 'scan' && credential === undefined) {
    const hint = 'give github-token: a token of a GitHub App (actions/create-github-app-token), so that checks run';
    return err(problem('credential-missing', `mode ${mode} writes to pull requests and has no credential`, { hint }));
  }
  const app = await buildApp(config, {
    env: own,
    repositories: inputs.repositories,
    snapshot: inputs.snapshot,
    context: inputs.context,
    // The forge holds the state: a runner forgets everything.
    persistent: false,
    progress: (event) => runner.say(describe(event)),
  });
  if (!app.ok) return app;
  const passed = await pass(app.value.ports, signal, mode === 'verify' ? { only: 'follow' } : {});
  await app.value.close();
  // A report of a part would close the alerts of the rest.
  const stopped = stoppedEarly(signal);
  if (stopped) return err(stopped);
  if (!passed.ok) return passed;
  const report = reportOf(passed.value, app.value.redact);
  const directory = inputs.directory ?? join(env['RUNNER_TEMP'] ?? '.', 'remendo');
  const written = writeFiles(directory, report, mode, env);
  if (!written.ok) return written;
  const unshown = mode === 'verify' ? 0 : annotate(report.incidents, runner, env);
  if (unshown > 0) runner.say(`${unshown} more incidents are in the summary: GitHub shows only the first annotations`);
  runner.summarize(summary(report, mode, runner.summaryRoom));
  publish(runner, report, mode, written.value);
  return verdict(report, inputs);
}

function configOf(config: Config, { kubeconfig }: Inputs, mode: Mode): Config {
  const cluster = kubeconfig === undefined ? config.cluster : { ...config.cluster, kubeconfig };
  return { ...config, cluster, policy: { ...config.policy, mode: mode === 'scan' ? 'observe' : 'propose' } };
}

function writeFiles(
  directory: string,
  report: Report,
  mode: Mode,
  env: NodeJS.ProcessEnv,
): Result<{ readonly report: string; readonly sarif?: string }, Problem> {
  const files = { report: join(directory, 'report.json'), sarif: join(directory, 'remendo.sarif') };
  const { incidents: _none, ...followed } = report;
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(files.report, `${JSON.stringify(mode === 'verify' ? followed : report, null, 2)}\n`);
    // Verify does not investigate: a file without results would close every alert.
    if (mode === 'verify') return ok({ report: files.report });
    writeFileSync(files.sarif, `${JSON.stringify(sarif(report.incidents, VERSION, env), null, 2)}\n`);
    return ok(files);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return err(problem('report-unwritable', `cannot write the report: ${why}`, { hint: 'see the input directory' }));
  }
}

/** Why the step fails although the pass ended. */
function verdict({ incidents, unreadable, followed }: Report, { failOn }: Inputs): Result<void, Problem> {
  const left = unfinished(unreadable, [...incidents.map(({ decision }) => decision), ...followed]);
  if (left) return err(left);
  const severe = failOn === undefined ? [] : incidents.filter(({ severity }) => atLeast(severity, failOn));
  if (severe.length === 0) return ok(undefined);
  return err(problem('incidents', `${severe.length} incidents of severity ${failOn} or worse (input fail-on)`));
}

/** A problem as one line: where, what, and what to do. */
function oneLine({ place, message, code, hint }: Problem): string {
  const where = place ? `${formatPlace(place)}: ` : '';
  const todo = hint === undefined ? '' : `; ${hint}`;
  return `${where}${message} [${code}]${todo}`.replaceAll(/\s+/g, ' ');
}
