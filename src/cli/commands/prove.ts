import { buildApp } from '../../app/app.ts';
import { parsePullRequestUrl, proveAgain } from '../../app/prove-again.ts';
import { printable } from '../control-characters.ts';
import type { GlobalOptions, RepoOption } from '../options.ts';
import { createTerminal, wrap } from '../terminal.ts';
import { configFor, printProblem, repositoriesOf } from './shared.ts';

export interface ProveOptions extends GlobalOptions {
  readonly snapshot?: string;
  readonly context?: string;
  readonly repo?: readonly RepoOption[];
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
  const app = await buildApp(
    { ...config, policy: { ...config.policy, mode: 'observe' } },
    {
      env: process.env,
      repositories: repositoriesOf(options.repo),
      snapshot: options.snapshot,
      context: options.context,
      persistent: false,
    },
  );
  if (!app.ok) {
    printProblem(app.error, terminal);
    return 1;
  }
  const proof = await proveAgain(app.value.ports, address.value);
  await app.value.close();
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
