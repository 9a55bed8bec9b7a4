import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licencesOf } from './licences.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What GitHub runs of a commit: it installs and builds nothing. */
const KEPT = join(ROOT, 'action', 'dist');
const FILES = ['index.mjs', 'licences.txt'];

/** CommonJS dependencies inside an ESM bundle need `require`. */
const banner = [
  "import { createRequire as remendoCreateRequire } from 'node:module';",
  'const require = remendoCreateRequire(import.meta.url);',
].join('\n');

/** Bundles the Action into one file, `index.mjs`, in `directory`, the same bytes wherever it is built; returns its path. */
export async function buildAction(directory: string): Promise<string> {
  const outfile = join(directory, 'index.mjs');
  rmSync(directory, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['action/index.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Names stay, for the traces in people's logs.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    banner: { js: banner },
  });
  writeFileSync(join(directory, 'licences.txt'), licencesOf(metafile));
  return outfile;
}

/** Whether `action/dist` is what the sources give. */
async function isCurrent(): Promise<boolean> {
  const fresh = mkdtempSync(join(tmpdir(), 'remendo-action-'));
  try {
    await buildAction(fresh);
    return FILES.every((name) => read(join(fresh, name)) === read(join(KEPT, name)));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--check')) await buildAction(KEPT);
  else if (!(await isCurrent())) {
    console.log('action/dist is not current: run npm run build:action');
    process.exitCode = 1;
  }
}
