import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** CommonJS dependencies inside an ESM bundle need `require`. */
const banner = [
  "import { createRequire as remendoCreateRequire } from 'node:module';",
  'const require = remendoCreateRequire(import.meta.url);',
].join('\n');

/** Bundles the Action into one file, `index.mjs`, in `directory`; returns its path. */
export async function buildAction(directory: string): Promise<string> {
  const outfile = join(directory, 'index.mjs');
  rmSync(directory, { recursive: true, force: true });
  await build({
    entryPoints: [fileURLToPath(new URL('../action/index.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    legalComments: 'none',
    logLevel: 'warning',
    banner: { js: banner },
  });
  return outfile;
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  await buildAction(fileURLToPath(new URL('../action/dist', import.meta.url)));
}
