import { counted } from '../../domain/counted.ts';
import { join } from 'node:path';
import { verifyAudit as verify } from '../../adapters/audit/verify.ts';
import type { GlobalOptions } from '../options.ts';
import { createTerminal } from '../terminal.ts';
import { configFor, printProblem } from './shared.ts';

/** `remendo audit verify`: 0 where the chain holds, 1 where it does not. */
export async function verifyAudit(file: string | undefined, options: GlobalOptions): Promise<number> {
  const terminal = createTerminal();
  const config = configFor(options, terminal, true);
  if (!config) return 1;
  const path = file ?? join(config.stateDirectory, 'audit.jsonl');
  const verified = verify(path);
  if (!verified.ok) {
    printProblem(verified.error, terminal);
    return 1;
  }
  const { records, head } = verified.value;
  terminal.out(`${path}: ${counted(records, 'record')}, the chain holds; head ${head}`);
  return 0;
}
