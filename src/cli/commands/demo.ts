import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { play } from '../../demo/play.ts';
import type { Played } from '../../demo/play.ts';
import { STORY } from '../../demo/story.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { createTerminal, table } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { printProblem, stopSignal } from './shared.ts';

/** `remendo demo`: 0 where the story ended as it must, else 1. A folder of its own stays only where there is something to read. */
export async function demo({ directory }: { readonly directory?: string }): Promise<number> {
  const terminal = createTerminal();
  const { out, paint } = terminal;
  const made = folderFor(directory);
  if (!made.ok) {
    printProblem(made.error, terminal);
    return 1;
  }
  const folder = made.value;
  out(paint('bold', 'Remendo on an embedded cluster: ten workloads, one repository, a reviewer who merges.'));
  const tell = (seconds: number, line: string): void =>
    out(`${paint('gray', `${seconds.toFixed(1).padStart(5)} s`)}  ${line}`);
  const played = await play(folder, tell, stopSignal());
  if (!played.ok) {
    printProblem(played.error, terminal);
    if (directory === undefined) rmSync(folder, { recursive: true, force: true });
    return 1;
  }
  summary(played.value, terminal);
  return played.value.failures.length === 0 ? 0 : 1;
}

/** The folder that was named, else a new one. Error code: `folder-unwritable`. */
function folderFor(directory: string | undefined): Result<string, Problem> {
  try {
    if (directory === undefined) return ok(mkdtempSync(join(tmpdir(), 'remendo-demo-')));
    mkdirSync(directory, { recursive: true });
    return ok(directory);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const hint = 'name a folder that can be written to: remendo demo --directory DIR';
    return err(problem('folder-unwritable', `no folder can be made: ${why}`, { hint }));
  }
}

function summary(
  { records, modelCalls, failures, directory, milliseconds }: Played,
  { out, paint, width, live }: Terminal,
): void {
  const rows = STORY.map(({ workload, shows, ends }) => {
    const record = records.get(workload);
    const outcome = record?.outcome ?? 'silent';
    return [
      workload,
      record?.cause ?? '',
      record?.origin ?? '',
      record?.pullRequest === undefined ? '' : `#${record.pullRequest.split('/').at(-1)}`,
      record?.pullRequest === undefined ? '' : String(record.changedLines ?? ''),
      String(modelCalls.get(workload) ?? 0),
      seconds(record?.seenAt, record?.openedAt),
      seconds(record?.openedAt, record?.endedAt),
      paint(outcome === ends ? 'green' : 'red', outcome),
      shows,
    ];
  });
  const head = ['workload', 'cause', 'fix from', 'PR', 'lines', 'LLM', 'to PR', 'to end', 'outcome', 'what it shows'];
  out('');
  out(
    table([head.map((name) => paint('bold', name)), ...rows], live ? Math.max(width, 120) : Number.POSITIVE_INFINITY, {
      column: 9,
      keep: 'start',
    }),
  );
  out('');
  for (const failure of failures) out(paint('red', `not as it must be: ${failure}`));
  out(
    `${(milliseconds / 1000).toFixed(1)} s in all. The repository, the pull requests and the audit log are in ${directory}`,
  );
}

function seconds(from: number | undefined, to: number | undefined): string {
  return from === undefined || to === undefined ? '' : `${((to - from) / 1000).toFixed(1)} s`;
}
