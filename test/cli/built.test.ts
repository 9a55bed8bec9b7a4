import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Ended } from './remendo.ts';
import { remendo, scratch } from './remendo.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WORLD = join(ROOT, 'fixtures/worlds/orders/broken');

describe('the built program, away from its packages', () => {
  const folder = scratch();
  const program = join(folder.path, 'bin', 'remendo.js');
  const run = (...args: string[]): Promise<Ended> => remendo(args, { directory: folder.path, program });

  before(() => {
    execFileSync(process.execPath, ['scripts/build.ts', join(folder.path, 'bin')], { cwd: ROOT });
    // As a package that is installed: ES modules.
    writeFileSync(join(folder.path, 'bin', 'package.json'), '{"type": "module"}');
  });
  after(() => folder[Symbol.dispose]());

  it('is a program', () => {
    assert.ok((statSync(program).mode & 0o111) === 0o111);
    assert.ok(readFileSync(program, 'utf8').startsWith('#!/usr/bin/env node\n'));
  });

  it('says its version', async () => {
    const { version }: { version: string } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    assert.deepEqual(await run('--version'), { status: 0, out: `${version}\n`, err: '' });
  });

  it('scans as the sources do', async () => {
    const clone = join(folder.path, 'clone');
    execFileSync('git', ['clone', '-q', '-b', 'main', join(WORLD, 'repository.bundle'), clone]);
    const args = [
      'scan',
      '--snapshot',
      join(WORLD, 'cluster'),
      '--repo',
      `https://git.orders.example/platform/gitops.git=${clone}`,
      '-o',
      'json',
    ];
    const [built, source] = await Promise.all([run(...args), remendo(args, { directory: folder.path })]);
    assert.deepEqual([built.status, built.err], [3, '']);
    assert.deepEqual(JSON.parse(built.out), JSON.parse(source.out));
  });

  it('looks for a cluster', async () => {
    const { status, err } = await run('scan');
    assert.equal(status, 1);
    assert.match(err, /\[kubeconfig-missing\]/);
  });
});
