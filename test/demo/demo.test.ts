import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { STORY } from '../../src/demo/story.ts';
import { remendo } from '../cli/remendo.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'remendo-test-demo-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('the story ends as it must: each chapter, the pull requests to read, and nothing secret to find', async (t) => {
  const home = folder(t);
  const directory = join(home, 'kept');
  const { status, out, err } = await remendo(['demo', '--directory', directory], { directory: home });
  assert.equal(status, 0, `${out}\n${err}`);
  for (const { workload, ends } of STORY) {
    assert.match(out, new RegExp(`^${workload} .* ${ends} `, 'm'), `${workload} ended ${ends}`);
  }
  assert.doesNotMatch(out, /not as it must be/);

  const pulls = readdirSync(join(directory, 'pull-requests')).map((name) =>
    readFileSync(join(directory, 'pull-requests', name), 'utf8'),
  );
  const opened = STORY.filter(({ ends }) => ends === 'verified' || ends === 'not-fixed');
  const named = pulls.map((text) => /^# (\S+): /.exec(text)?.[1]);
  assert.deepEqual(new Set(named), new Set(opened.map(({ workload }) => workload)));
  assert.equal(named.length, opened.length);
  for (const text of pulls) assert.match(text, /^# .* \(#\d+, merged\)\n[\s\S]*<!-- remendo:state v1 /);
  assert.ok(readFileSync(join(directory, 'state', 'audit.jsonl'), 'utf8').includes('pricing-eu'));
  assert.equal(statSync(join(directory, 'kubeconfig.yaml')).mode & 0o077, 0, 'others cannot read the kubeconfig');
});

test('Ctrl-C ends it at once, says so, and leaves nothing behind', { timeout: 60_000 }, async (t) => {
  const home = folder(t);
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, 'demo'], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('are up')) resolve();
    });
    child.on('close', () => resolve());
  });
  child.kill('SIGINT');
  assert.equal(await ended, 1, `${out}\n${err}`);
  assert.match(err, /the demo was stopped before its end/);
  assert.doesNotMatch(out, /not as it must be|workload +cause/);
  assert.deepEqual(
    readdirSync(home).filter((name) => name.startsWith('remendo-demo-')),
    [],
  );
});
