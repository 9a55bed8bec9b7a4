import { keepYoungGenerationSmall } from '../adapters/kubernetes/young-generation.ts';
import { formatProblem } from '../domain/problem.ts';
import { unsupportedNode } from './node-version.ts';

keepYoungGenerationSmall();

// A reader that has seen enough (`remendo scan | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const reason = unsupportedNode(process.versions.node);
if (reason === undefined) {
  // Not loaded by an older Node.js, which would fail on an import and not say why.
  const { useEnvironmentProxy } = await import('../app/environment-proxy.ts');
  const proxy = useEnvironmentProxy(process.env);
  if (proxy === undefined) {
    const { buildProgram } = await import('./program.ts');
    await buildProgram().parseAsync();
  } else {
    process.stderr.write(`error ${formatProblem(proxy)}\n`);
    process.exitCode = 1;
  }
} else {
  process.stderr.write(`error ${reason}\n`);
  process.exitCode = 1;
}
