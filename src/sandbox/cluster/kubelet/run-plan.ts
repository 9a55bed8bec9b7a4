import { quantity, toUnits } from '../../../domain/quantity.ts';
import type { Behaviour, ContainerRun, Exit } from './behaviour.ts';

/** What one run of a container will do: its log lines, and its end where it has one. */
export interface RunPlan {
  readonly log: readonly string[];
  readonly exit?: Exit;
}

function unknownFlag(words: readonly string[], flags: readonly string[]): string | undefined {
  return words
    .map((word) => /^(--?[A-Za-z][\w-]*)/.exec(word)?.[1])
    .find((flag) => flag !== undefined && !flags.includes(flag));
}

type Rule = (behaviour: Behaviour, run: ContainerRun) => Exit | undefined;

const notExecutable: Rule = ({ executables }, { container }) => {
  const program = container.command?.[0];
  if (program === undefined || executables?.includes(program) !== false) return undefined;
  const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "${program}": executable file not found in $PATH: unknown`;
  return { code: 128, afterSeconds: 0, reason: 'StartError', message };
};

const missingVariable: Rule = ({ requiresEnv }, { env }) => {
  const missing = requiresEnv?.find((name) => env[name] === undefined);
  if (missing === undefined) return undefined;
  return { code: 1, afterSeconds: 0, log: [`Error: required environment variable ${missing} is not set`] };
};

const wrongFlag: Rule = ({ flags }, { container }) => {
  const words = [...(container.command ?? []).slice(1), ...(container.args ?? [])];
  const flag = flags && unknownFlag(words, flags);
  if (flags === undefined || flag === undefined) return undefined;
  const usage = `Usage: ${container.name} ${flags.map((known) => `${known}=VALUE`).join(' ')}`;
  return { code: 2, afterSeconds: 0, log: [`Error: unknown flag: ${flag}`, usage] };
};

const outOfMemory: Rule = ({ memoryNeeded }, { container }) => {
  const limit = quantity(container.resources?.limits?.memory);
  const fits = memoryNeeded === undefined || limit === undefined || toUnits(limit) >= memoryNeeded;
  return fits ? undefined : { code: 137, afterSeconds: 0, reason: 'OOMKilled' };
};

const failsLater: Rule = ({ failsAfterSeconds }) =>
  failsAfterSeconds === undefined
    ? undefined
    : { code: 1, afterSeconds: failsAfterSeconds, log: ['fatal: unexpected end of work'] };

const scripted: Rule = ({ script }, run) => script?.(run);

const RULES: readonly Rule[] = [scripted, notExecutable, missingVariable, wrongFlag, outOfMemory, failsLater];

/** Decides a run from the behaviour of its image. `task`: a container that is meant to end. */
export function planRun(behaviour: Behaviour, run: ContainerRun, task: boolean, taskSeconds: number): RunPlan {
  const log = behaviour.log ?? [];
  for (const rule of RULES) {
    const exit = rule(behaviour, run);
    if (exit) return { log: exit.reason === 'StartError' ? [] : [...log, ...(exit.log ?? [])], exit };
  }
  const ends = behaviour.exit !== undefined || task;
  return ends ? { log, exit: { code: behaviour.exit ?? 0, afterSeconds: task ? taskSeconds : 0 } } : { log };
}
