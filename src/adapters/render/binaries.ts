import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { DEFAULT_LIMITS, run } from './run.ts';

/** A program that renders, and the arguments that come before all others. */
export interface Binary {
  readonly program: string;
  readonly prefix: readonly string[];
}

/** Where to look for programs: names or absolute paths from the configuration, else PATH. */
export interface BinarySettings {
  readonly helm?: string;
  readonly kustomize?: string;
  /** The search path; PATH of this process where it is not given. */
  readonly searchPath?: string;
}

/** Helm. Error code: `binary-missing`. */
export function findHelm(settings: BinarySettings = {}): Result<Binary, Problem> {
  const program = lookUp(settings.helm ?? 'helm', settings);
  return program === undefined ? missing('helm', 'helm') : ok({ program, prefix: ['template'] });
}

/** Kustomize, alone or as a part of kubectl. Error code: `binary-missing`. */
export function findKustomize(settings: BinarySettings = {}): Result<Binary, Problem> {
  const own = lookUp(settings.kustomize ?? 'kustomize', settings);
  const kubectl = own === undefined && settings.kustomize === undefined ? lookUp('kubectl', settings) : own;
  if (kubectl === undefined) return missing('kustomize', 'kustomize or kubectl');
  const isKubectl = /kubectl(\.exe)?$/.test(kubectl);
  return ok({ program: kubectl, prefix: [isKubectl ? 'kustomize' : 'build'] });
}

/** What the program says of its version, in one line. */
export async function versionOf(binary: Binary): Promise<Result<string, Problem>> {
  const [command] = binary.prefix;
  const args =
    command === 'template' ? ['version', '--short'] : command === 'build' ? ['version'] : ['version', '--client'];
  const answer = await run({
    program: binary.program,
    args,
    cwd: tmpdir(),
    environment: { HOME: tmpdir() },
    limits: { ...DEFAULT_LIMITS, timeout: 10_000 },
  });
  return answer.ok ? ok(answer.value.trim().replaceAll('\n', ', ')) : answer;
}

function lookUp(name: string, { searchPath = process.env.PATH ?? '' }: BinarySettings): string | undefined {
  if (isAbsolute(name)) return isProgram(name) ? name : undefined;
  return searchPath
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function missing(name: string, what: string): Result<never, Problem> {
  const hint = `install it, or name its path in remendo.yaml (render.${name})`;
  return err(problem('binary-missing', `${what} was not found on PATH`, { hint }));
}
