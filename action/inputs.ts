import { z } from 'zod';
import type { Problem } from '../src/domain/problem.ts';
import { problem } from '../src/domain/problem.ts';
import type { Result } from '../src/domain/result.ts';
import { err, ok } from '../src/domain/result.ts';

/** Every input of action.yml. An input that is left out changes nothing: the configuration file decides. */
export const INPUT_NAMES = [
  'mode',
  'config',
  'kubeconfig',
  'context',
  'snapshot',
  'repositories',
  'github-token',
  'openai-api-key',
  'directory',
  'fail-on',
] as const;
type InputName = (typeof INPUT_NAMES)[number];

const Mode = z.enum(['scan', 'propose', 'verify']);
/** What a step does: reports, opens pull requests too, or only follows merged ones. */
export type Mode = z.infer<typeof Mode>;
const FailOn = z.enum(['critical', 'warning', 'info']);

/** The inputs of one step, read. */
export interface Inputs {
  /** Left out: `propose` where the configuration says so, else `scan`. */
  readonly mode: Mode | undefined;
  readonly config: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly snapshot: string | undefined;
  /** Clones on the runner, by repository URL. */
  readonly repositories: ReadonlyMap<string, string>;
  readonly githubToken: string | undefined;
  readonly openaiApiKey: string | undefined;
  /** Where report.json and remendo.sarif are written. */
  readonly directory: string | undefined;
  /** The least severity that makes the step fail; never where it is left out. */
  readonly failOn: z.infer<typeof FailOn> | undefined;
}

/** Reads the `INPUT_*` variables that the runner sets. Error code: `input-invalid`. */
export function readInputs(env: NodeJS.ProcessEnv): Result<Inputs, Problem> {
  const text = (name: InputName): string | undefined => {
    const value = env[`INPUT_${name.toUpperCase()}`]?.trim();
    return value === '' ? undefined : value;
  };
  const mode = choice('mode', text('mode'), Mode);
  if (!mode.ok) return mode;
  const failOn = choice('fail-on', text('fail-on'), FailOn);
  if (!failOn.ok) return failOn;
  const repositories = new Map<string, string>();
  for (const line of (text('repositories') ?? '').split('\n').map((item) => item.trim())) {
    if (line === '') continue;
    const at = line.lastIndexOf('=');
    if (at <= 0 || at === line.length - 1)
      return err(invalid('repositories', `${JSON.stringify(line)} is not URL=PATH`));
    repositories.set(line.slice(0, at), line.slice(at + 1));
  }
  return ok({
    mode: mode.value,
    config: text('config'),
    kubeconfig: text('kubeconfig'),
    context: text('context'),
    snapshot: text('snapshot'),
    repositories,
    githubToken: text('github-token'),
    openaiApiKey: text('openai-api-key'),
    directory: text('directory'),
    failOn: failOn.value,
  });
}

function choice<T extends string>(
  name: InputName,
  text: string | undefined,
  schema: z.ZodType<T> & { readonly options: readonly string[] },
): Result<T | undefined, Problem> {
  if (text === undefined) return ok(undefined);
  const parsed = schema.safeParse(text);
  if (parsed.success) return ok(parsed.data);
  return err(invalid(name, `${JSON.stringify(text)} is none of ${schema.options.join(', ')}`));
}

function invalid(name: InputName, why: string): Problem {
  return problem('input-invalid', `input ${name}: ${why}`);
}
