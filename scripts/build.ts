import { chmodSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

/** CommonJS dependencies inside an ESM bundle need `require`. */
const banner = [
  '#!/usr/bin/env node',
  "import { createRequire as remendoCreateRequire } from 'node:module';",
  'const require = remendoCreateRequire(import.meta.url);',
].join('\n');

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: { remendo: 'src/cli/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node22.19',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  banner: { js: banner },
});
chmodSync('dist/remendo.js', 0o755);
