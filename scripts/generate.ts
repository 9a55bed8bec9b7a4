import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generatedFiles } from './generated/files.ts';

/** Writes the generated files; with `--check` it only says which are not current, and fails where one is. */
const check = process.argv.includes('--check');
const stale = generatedFiles().filter(({ path, text }) => read(path) !== text);
for (const { path, text } of stale) {
  if (!check) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  console.log(check ? `${path} is not current: run npm run generate` : `wrote ${path}`);
}
if (check && stale.length > 0) process.exitCode = 1;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
