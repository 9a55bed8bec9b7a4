import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { licencesOf } from './licences.ts';

/** CommonJS dependencies inside an ESM bundle need `require`. */
const banner = [
  '#!/usr/bin/env node',
  "import { createRequire as remendoCreateRequire } from 'node:module';",
  'const require = remendoCreateRequire(import.meta.url);',
].join('\n');

const [outdir = 'dist'] = process.argv.slice(2);
rmSync(outdir, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: { remendo: 'src/cli/main.ts' },
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node22.19',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  banner: { js: banner },
});
writeFileSync(join(outdir, 'licences.txt'), licencesOf(metafile));
chmodSync(join(outdir, 'remendo.js'), 0o755);
