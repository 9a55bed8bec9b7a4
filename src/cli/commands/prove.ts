import { parsePullRequestUrl, proveAgain } from '../../app/prove-again.ts';
import { printable } from '../control-characters.ts';
import type { GlobalOptions } from '../options.ts';
import { createTerminal, wrap } from '../terminal.ts';
import type { LookOptions } from './shared.ts';
import { buildObserver, configFor, printProblem } from './shared.ts';

/** Options of `remendo prove`. */
export interface ProveOptions extends GlobalOptions, LookOptions {
  readonly output: 'text' | 'json';
}

/** `remendo prove PR`: 0 proven, 4 refused or incomplete, 1 error. Writes nothing. */
export async function prove(pullRequest: string, options: ProveOptions): Promise<number> {
  const terminal = createTerminal();
  const config = configFor(options, terminal, true);
  const address = parsePullRequestUrl(pullRequest);
  if (!config) return 1;
  if (!address.ok) {
    printProblem(address.error, terminal);
    return 1;
  }
  const app = await buildObserver(config, options, terminal);
  if (!app) return 1;
  const proof = await proveAgain(app.ports, address.value);
  await app.close();
  if (!proof.ok) {
    printProblem(proof.error, terminal);
    return 1;
  }
  const { verdict, checks } = proof.value;
  if (options.output === 'json') terminal.out(JSON.stringify({ version: 1, verdict, checks }, null, 2));
  else {
    for (const { name, result, detail } of checks) {
      terminal.out(wrap(`${name}: ${result}: ${printable(detail)}`, terminal.width, ''));
    }
    terminal.out(terminal.paint('bold', verdict));
  }
  return verdict === 'proven' ? 0 : 4;
}
