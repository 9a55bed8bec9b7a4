import { keepYoungGenerationSmall } from '../adapters/kubernetes/young-generation.ts';
import type { Problem } from '../domain/problem.ts';
import { formatProblem, problem } from '../domain/problem.ts';
import { unsupportedNode } from './node-version.ts';

keepYoungGenerationSmall();

// A reader that has seen enough (`remendo scan | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  say(problem('output-unwritable', `the results could not be written: ${error.message}`));
  process.exit(1);
});

/** What nobody foresaw is told with its stack, for whoever reports it. */
process.on('uncaughtException', (error) => {
  const full = /ENOSPC|No space left on device/.test(error.message);
  const hint = full ? 'make room' : 'this is a mistake in Remendo: please report it with the lines below';
  say(problem('internal', `something failed that should not: ${error.message}`, { hint }));
  process.stderr.write(`${error.stack ?? ''}\n`);
  process.exit(1);
});

function say(what: Problem): void {
  process.stderr.write(`error ${formatProblem(what)}\n`);
  process.exitCode = 1;
}

const reason = unsupportedNode(process.versions.node);
if (reason === undefined) {
  // Not loaded by an older Node.js, which would fail on an import and not say why.
  const { useEnvironmentProxy } = await import('../app/environment-proxy.ts');
  const proxy = useEnvironmentProxy(process.env);
  if (proxy === undefined) {
    const { buildProgram } = await import('./program.ts');
    await buildProgram().parseAsync();
  } else {
    say(proxy);
  }
} else {
  process.stderr.write(`error ${reason}\n`);
  process.exitCode = 1;
}
