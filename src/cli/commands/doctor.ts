import { examine } from '../../app/doctor/doctor.ts';
import type { DoctorLine } from '../../app/doctor/line.ts';
import { printable } from '../control-characters.ts';
import type { GlobalOptions, RepoOption } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { createTerminal } from '../terminal.ts';
import { configFor, repositoriesOf } from './shared.ts';

/** Options of `remendo doctor`. */
export interface DoctorOptions extends GlobalOptions {
  readonly context?: string;
  readonly repo?: readonly RepoOption[];
  readonly output: 'text' | 'json';
}

const SIGN = { ok: '✓', problem: '✗', unknown: '?' } as const;
const COLOUR = { ok: 'green', problem: 'red', unknown: 'yellow' } as const;

/** `remendo doctor`: 0 where no problem was found, else 1. What could not be checked is shown and counts as neither. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const terminal = createTerminal();
  const config = configFor({ ...options, logLevel: options.logLevel ?? 'error' }, terminal, true);
  if (!config) return 1;
  const text = options.output === 'text';
  const found = await examine(config, {
    env: process.env,
    context: options.context,
    repositories: repositoriesOf(options.repo),
    ...(text ? { tell: (line) => print(line, terminal) } : {}),
  });
  if (text)
    terminal.out(
      `${found.problems} ${found.problems === 1 ? 'problem' : 'problems'}, ${found.unknown} could not be checked`,
    );
  else terminal.out(JSON.stringify(found, null, 2));
  return found.problems === 0 ? 0 : 1;
}

function print({ check, subject, result, detail, remedy }: DoctorLine, { out, paint }: Terminal): void {
  const about = subject === undefined ? check : `${check} ${subject}`;
  const prefix = result === 'unknown' ? 'could not check: ' : '';
  out(`${paint(COLOUR[result], SIGN[result])} ${paint('bold', printable(about))}: ${prefix}${printable(detail)}`);
  if (remedy !== undefined) out(`    → ${printable(remedy)}`);
}
