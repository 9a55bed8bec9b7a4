import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { verifyAudit } from '../../../src/adapters/audit/verify.ts';
import type { ActionWorld } from '../../action/world.ts';
import { startActionWorld } from '../../action/world.ts';
import { until } from '../scenarios/world.ts';
import type { Bench } from './support.ts';
import { startBench } from './support.ts';

// The disk is real, and so is being full; what is read does not matter here and comes from the sandbox.
let bench: Bench;
let world: ActionWorld;
before(async () => {
  bench = startBench();
  world = await startActionWorld();
  bench.later(() => world.close());
});
after(() => bench.close());

/** A disk of this many bytes. */
function disk(name: string, size: string): { readonly path: string; readonly resize: (size: string) => void } {
  const path = join(bench.folder, name);
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]);
  bench.later(() => execFileSync('umount', ['--lazy', path]));
  return {
    path,
    resize: (to) => void execFileSync('mount', ['-o', `remount,size=${to}`, path]),
  };
}

function settings(state: string): readonly string[] {
  const host = new URL(world.env['GITHUB_SERVER_URL'] ?? '').host;
  const file = bench.config(`disk-${state.split('/').at(-1)}`, {
    mode: 'propose',
    cluster: { name: 'test', kubeconfig: world.env['INPUT_KUBECONFIG'] },
    github: { host, apiUrl: `http://${host}/api/v3` },
    registry: { enabled: false },
    run: { interval: '1s', debounce: '1s' },
    state: { directory: join(state, 'remendo') },
  });
  return ['--config', file, 'run'];
}

const env = (): NodeJS.ProcessEnv => ({ GITHUB_TOKEN: world.github.bot.token });
const pulls = async (): Promise<number> => (await world.github.pulls('shop', 'gitops')).length;

test('a disk that is full from the start: said, nothing opened; with room it goes on', () =>
  bench.row('disk full at the start, then room', 'said; then a pull request', async () => {
    const { path, resize } = disk('full', '32k');
    const full = await bench.run([...settings(path), '--once', '--output', 'json'], env());
    assert.equal(full.status, 0, full.err);
    const [incident] = JSON.parse(full.out).incidents;
    assert.match(JSON.stringify(incident), /the disk is full|no space left on device|ENOSPC/i);
    assert.match(full.err, /"code":"disk-full"/);
    assert.doesNotMatch(full.err, /\n\s+at /);
    assert.equal(await pulls(), 0, 'what could not be read is no ground for a change');

    resize('64m');
    const room = await bench.run([...settings(path), '--once', '--output', 'json'], env());
    assert.equal(room.status, 0, room.err);
    assert.equal(JSON.parse(room.out).incidents[0].decision.outcome, 'opened', room.out + room.err);
    assert.equal(await pulls(), 1);
    assert.ok(verifyAudit(join(path, 'remendo', 'audit.jsonl')).ok, 'the audit log is whole');
  }));

test('a disk that fills up under the daemon: it goes on without what cannot be kept, and with it later', () =>
  bench.row('disk fills up under the daemon', 'said, goes on, nothing corrupt', async () => {
    const { path } = disk('filling', '16m');
    const daemon = bench.daemon(settings(path), env());
    await until('a pass', 120, async () => (daemon.passes() > 0 ? true : undefined), daemon.log);
    const filler = join(path, 'filler');
    const { bavail, bsize } = statfsSync(path);
    writeFileSync(filler, Buffer.alloc(bavail * bsize));
    assert.equal(statfsSync(path).bavail, 0);
    // A new commit has to be fetched, which takes room.
    const author = { name: 'Dana', email: 'dana@example.com' };
    const files = { 'shop/more.yaml': `# ${'x'.repeat(20_000)}\n` };
    await world.github.commitFiles('shop', 'gitops', { branch: 'main', files, message: 'more', author });
    const began = daemon.passes();
    await until(
      'three passes on a full disk',
      90,
      async () => (daemon.passes() > began + 2 ? true : undefined),
      daemon.log,
    );
    assert.equal(daemon.exited(), false, daemon.log());
    assert.match(daemon.log(), /disk-full|disk is full|no space left|ENOSPC/i);
    rmSync(filler);
    const before = daemon.log().length;
    const passes = daemon.passes();
    await until('passes with room', 180, async () => (daemon.passes() > passes + 2 ? true : undefined), daemon.log);
    assert.doesNotMatch(daemon.log().slice(before).split('\n').slice(-5).join('\n'), /disk-full/);
    await daemon.stop();
    const folder = join(path, 'remendo');
    const audit = join(folder, 'audit.jsonl');
    assert.ok(!existsSync(audit) || verifyAudit(audit).ok, 'the audit log is whole');
    assert.ok(!existsSync(join(folder, 'store.sqlite.corrupt')), 'nothing was set aside as damaged');
    assert.equal(await pulls(), 1, 'nothing was opened twice');
  }));
