import { unsupportedNode } from './node-version.ts';

const reason = unsupportedNode(process.versions.node);
if (reason === undefined) {
  // Not loaded by an older Node.js, which would fail on an import and not say why.
  const { buildProgram } = await import('./program.ts');
  await buildProgram().parseAsync();
} else {
  process.stderr.write(`error ${reason}\n`);
  process.exitCode = 1;
}
