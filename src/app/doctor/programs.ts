import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findHelm, findKustomize, versionOf } from '../../adapters/render/binaries.ts';
import type { Binary } from '../../adapters/render/binaries.ts';
import type { Config } from '../../config/config.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { DoctorLine } from './line.ts';
import { linesOf } from './line.ts';

const line = linesOf('programs');
const run = promisify(execFile);

/** git, and helm and kustomize where an Application is rendered by them. `snapshot` is absent where no cluster was read. */
export async function examinePrograms(
  { render }: Pick<Config, 'render'>,
  snapshot: Snapshot | undefined,
): Promise<readonly DoctorLine[]> {
  const types = snapshot?.objects.Application.flatMap(({ status }) => [
    status?.sourceType,
    ...(status?.sourceTypes ?? []),
  ]);
  const settings = {
    ...(render.helm === undefined ? {} : { helm: render.helm }),
    ...(render.kustomize === undefined ? {} : { kustomize: render.kustomize }),
  };
  return [
    await git(),
    await renderer('helm', findHelm(settings), types?.includes('Helm')),
    await renderer('kustomize', findKustomize(settings), types?.includes('Kustomize')),
  ];
}

async function git(): Promise<DoctorLine> {
  try {
    const { stdout } = await run('git', ['--version'], { timeout: 10_000 });
    return line.ok(stdout.trim(), 'git');
  } catch {
    return line.problem('git was not found on PATH', 'install git', 'git');
  }
}

async function renderer(
  name: string,
  found: Result<Binary, Problem>,
  needed: boolean | undefined,
): Promise<DoctorLine> {
  if (!found.ok) {
    if (needed === true) return line.problem(found.error.message, found.error.hint ?? `install ${name}`, name);
    if (needed === false) return line.ok('not installed, and no Application needs it', name);
    return line.unknown(`${found.error.message}; whether an Application needs it is not known`, name);
  }
  const version = await versionOf(found.value);
  return version.ok
    ? line.ok(version.value, name)
    : line.problem(version.error.message, `run ${found.value.program} by hand`, name);
}
