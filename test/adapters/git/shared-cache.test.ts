import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withLock } from '../../../src/adapters/git/lock.ts';

const GIT = new URL('../../../src/adapters/git/git.ts', import.meta.url).href;

/** One process that reads the clone through the shared cache, several commits of it. */
const READER = `
const { createGit } = await import(${JSON.stringify(GIT)});
const [cache, clone] = process.argv.slice(1);
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => log };
const git = createGit({ cacheDirectory: cache, local: new Map([['https://git.example/a', clone]]), credentials: quiet, log });
const opened = await git.open('https://git.example/a');
if (!opened.ok) throw new Error(opened.error.code);
for (const revision of ['main', 'main~1', 'main~2']) {
  const sha = await opened.value.resolve('main');
  const tree = sha.ok ? await opened.value.checkout(sha.value) : sha;
  if (!tree.ok) throw new Error(revision + ' ' + tree.error.code + ' ' + tree.error.message);
}
`;

void test('processes that start at the same time share one cache', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'remendo-shared-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const clone = join(folder, 'clone');
  mkdirSync(clone);
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-C', clone, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args]);
  git('init', '-q', '-b', 'main');
  for (const text of ['1', '2', '3']) {
    writeFileSync(join(clone, 'a.yaml'), `a: ${text}\n`);
    git('add', '.');
    git('commit', '-q', '-m', text);
  }
  const read = (): Promise<unknown> =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', READER, join(folder, 'cache'), clone], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    });
  await Promise.all(Array.from({ length: 6 }, read));
});

void test('a lock whose process is gone is taken over, and let go', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'remendo-lock-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'lock');
  const gone = execFileSync(process.execPath, ['-p', 'process.pid']).toString().trim();
  writeFileSync(file, gone);
  assert.equal(await withLock(file, async () => 'done'), 'done');
  assert.ok(!existsSync(file));
  // A container that starts again gives its process the number that the crashed one had.
  writeFileSync(file, String(process.pid));
  utimesSync(file, 1_700_000_000, 1_700_000_000);
  assert.equal(await withLock(file, async () => 'done'), 'done');
  await assert.rejects(
    withLock(file, () => Promise.reject(new Error('task'))),
    /task/,
  );
  assert.ok(!existsSync(file));
});
