import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { verifyAudit } from '../../src/adapters/audit/verify.ts';
import { completeConfig } from '../../src/config/config.ts';
import type { ConfigFile } from '../../src/config/schema.ts';
import { git } from '../../src/sandbox/github/git.ts';
import type { PullView } from '../../src/sandbox/github/api.ts';
import { HUNGRY, behaviours, deployment, memory } from '../support/shop-manifests.ts';
import type { World } from '../engine/world.ts';
import { outcomeOf, passUntil, startWorld } from '../engine/world.ts';
import { startProxy } from './proxy.ts';

const CHILD = new URL('child.ts', import.meta.url).pathname;
const FILES = { orders: deployment('orders', memory('64Mi')) };
const AT_ONCE = 2;
/** Of the requests that only read, one in so many is tried. */
const SAMPLED = 8;

/** What is counted: each of these comes in the same order in every run, but for the lists of kinds. */
type Sort = 'write' | 'read' | 'kubernetes';

/** One request of a run. */
interface Sent {
  readonly sort: Sort;
  readonly method: string;
  readonly path: string;
}

interface Case {
  readonly name: string;
  /** The request at which the process is killed (the nth of its sort), and whether that request reached the server. */
  readonly at?: { readonly sort: Sort; readonly n: number; readonly moment: 'before' | 'after' };
}

interface Life {
  readonly sent: readonly Sent[];
  readonly killed: boolean;
  readonly pulls: readonly PullView[];
  readonly content: string;
}

/**
 * A process of its own on a repository of its own, killed at one request; then another one to the end. All cases look at
 * the same cluster: a proxy shows each of them its own repository in the Application.
 */
async function live(t: TestContext, world: World, { name, at }: Case): Promise<Life> {
  const owner = 'acme';
  await world.github.createRepository(owner, name, { files: { 'shop/orders.yaml': FILES.orders } });
  const sent: Sent[] = [];
  let child: ChildProcess | undefined;
  let killed = false;
  const watch = (api: 'github' | 'kubernetes') => (moment: 'before' | 'after', method: string, path: string) => {
    if (killed) return false;
    const isWrite = method !== 'GET' && !path.includes('git-upload-pack');
    const sort = api === 'kubernetes' ? api : isWrite ? 'write' : 'read';
    if (moment === 'before') sent.push({ sort, method, path });
    const hit = at?.sort === sort && at.moment === moment && at.n === sent.filter((one) => one.sort === sort).length;
    if (!hit || !child) return true;
    killed = true;
    child.kill('SIGKILL');
    return false;
  };
  const origin = new URL(world.repoURL).origin;
  const forge = await startProxy({ target: origin, rename: ['\u0000', '\u0000'], goesOn: watch('github') });
  const own = `${forge.url}/${owner}/${name}.git`;
  const kubeconfig = await readFile(world.configFile.cluster?.kubeconfig ?? '', 'utf8');
  const server = /server: (\S+)/.exec(kubeconfig)?.[1] ?? '';
  const api = await startProxy({ target: server, rename: [own, world.repoURL], goesOn: watch('kubernetes') });
  t.after(() => Promise.all([forge.close(), api.close()]));
  const directory = join(world.directory, name);
  await mkdir(directory);
  await writeFile(join(directory, 'kubeconfig.yaml'), kubeconfig.replace(server, api.url), { mode: 0o600 });
  const config: ConfigFile = {
    ...world.configFile,
    cluster: { name: 'test', kubeconfig: join(directory, 'kubeconfig.yaml') },
    github: { host: new URL(forge.url).host, apiUrl: `${forge.url}/api/v3` },
    state: { directory: join(directory, 'state') },
  };
  await writeFile(join(directory, 'config.json'), JSON.stringify(completeConfig(config)));
  const status = await new Promise<number | null>((resolve) => {
    child = spawn(process.execPath, [CHILD, join(directory, 'config.json')], { env: world.env, stdio: 'ignore' });
    child.once('exit', resolve);
  });
  const wasKilled = killed;
  const first = [...sent];
  assert.equal(status, at ? null : 0, `${name}: ended by itself`);
  killed = false;
  child = undefined;
  // The second life is in this process: what matters is what the first one left behind.
  await passUntil(await world.app(config), (report) =>
    ['already-open', 'opened'].includes(outcomeOf(report, 'orders') ?? ''),
  );
  const pulls = await world.github.pulls(owner, name);
  const head = pulls[0]?.head.ref ?? 'main';
  const content = await git(world.github.repositoryPath(owner, name), ['show', `${head}:shop/orders.yaml`]);
  assertWhole(join(directory, 'state'));
  return { sent: first, killed: wasKilled, pulls, content };
}

function assertWhole(state: string): void {
  const database = new DatabaseSync(join(state, 'store.sqlite'), { readOnly: true });
  assert.deepEqual(Object.values(database.prepare('PRAGMA integrity_check').get() ?? {}), ['ok']);
  database.close();
  assert.ok(verifyAudit(join(state, 'audit.jsonl')).ok);
}

/** What people see of a pull request, without what differs between two repositories. */
function seenOf({ title, body, labels, state, head }: PullView): unknown {
  const text = body.replaceAll(/<!-- remendo:state[^>]*-->/g, '').replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'TIME');
  const [proof] = /#### Proof[\s\S]*/.exec(text) ?? [];
  return { title, proof, labels, state, branch: head.ref };
}

function each(sort: Sort, count: number, step: number): { sort: Sort; n: number; moment: 'before' | 'after' }[] {
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => ({ sort, n: i * step + 1, moment: 'before' }));
}

void test('a process that is killed at any request leaves nothing lost and nothing twice', async (t) => {
  const world = await startWorld(t, {
    files: FILES,
    behaviours: behaviours({ orders: HUNGRY }),
    speed: 1,
    config: { detect: { minimumAge: 0 } },
  });
  const waiting = await world.app({ mode: 'observe', state: { directory: join(world.directory, 'waiting') } });
  await passUntil(waiting, (report) => outcomeOf(report, 'orders') === 'would-open');

  // From here on the cluster stands still, so that every process sees the same.
  world.clock.stop();
  const whole = await live(t, world, { name: 'whole' });
  const count = (sort: Sort): number => whole.sent.filter((one) => one.sort === sort).length;
  assert.ok(count('write') >= 7, 'blob, tree, commit, branch, pull request, label, and its use');
  const cases: Case[] = [
    ...each('write', count('write'), 1).flatMap((one) => [one, { ...one, moment: 'after' as const }]),
    ...each('read', count('read'), SAMPLED),
    ...each('kubernetes', count('kubernetes'), SAMPLED),
  ].map((at) => ({ name: `${at.sort}-${at.n}-${at.moment}`, at }));
  const queue = [...cases];
  const check = async (next: Case): Promise<void> => {
    const life = await live(t, world, next);
    const what = `${next.name}: ${JSON.stringify(life.sent.at(-1))}`;
    assert.ok(life.killed, what);
    assert.equal(life.pulls.length, 1, what);
    assert.equal(life.content, whole.content, what);
    assert.deepEqual(life.pulls.map(seenOf), whole.pulls.map(seenOf), what);
  };
  const worker = async (): Promise<void> => {
    try {
      for (let next = queue.shift(); next; next = queue.shift()) await check(next);
    } finally {
      // Where one case fails the others need not be tried.
      queue.length = 0;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
});
