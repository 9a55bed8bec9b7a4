import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { elect } from '../../../src/adapters/lease/elector.ts';
import { LEASE_API, onlyLease } from '../../../src/adapters/lease/lease-guard.ts';
import { HarmfulRequest } from '../../../src/adapters/kubernetes/transport.ts';
import { createTestLog } from '../github/client.ts';
import type { LeaseStore } from '../../../src/adapters/lease/lease.ts';
import { problem } from '../../../src/domain/problem.ts';
import { err, ok } from '../../../src/domain/result.ts';
import type { LeaseServer, TurnedClock } from './lease-server.ts';
import { startLeaseServer, storeOf, turnedClock } from './lease-server.ts';

interface Candidate {
  readonly finish?: Promise<void>;
  readonly lead?: () => Promise<void>;
  /** Seconds that its clock is ahead of everybody else's. */
  readonly ahead?: () => number;
}

/** Candidates on one server and one clock, and who leads. */
interface Scene {
  readonly server: LeaseServer;
  readonly clock: TurnedClock;
  readonly leading: Set<string>;
  /** How many led at the same time, at most. */
  most: number;
  start(name: string, options?: Candidate): { stop(): void; readonly ended: Promise<void> };
}

async function scene(t: TestContext): Promise<Scene> {
  const server = await startLeaseServer(t);
  const clock = turnedClock();
  const leading = new Set<string>();
  const state = { most: 0 };
  return Object.assign(state, {
    server,
    clock,
    leading,
    start(name: string, { finish, lead, ahead = () => 0 }: Candidate = {}) {
      const stop = new AbortController();
      t.after(() => stop.abort());
      const work = async (signal: AbortSignal): Promise<void> => {
        leading.add(name);
        state.most = Math.max(state.most, leading.size);
        await lead?.();
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await finish;
        leading.delete(name);
      };
      const elapsed = (): number => clock.now().getTime();
      const own = { ...clock, now: () => new Date(elapsed() + ahead() * 1000) };
      const ended = storeOf(t, server, name).then((store) =>
        elect({ store, identity: name, clock: own, log: createTestLog(), elapsed }, work, stop.signal),
      );
      return { stop: () => stop.abort(), ended };
    },
  });
}

test('one of two leads; the other takes over at once when the first gives the lease back', async (t) => {
  const world = await scene(t);
  const first = world.start('a');
  await world.clock.settle(1);
  assert.deepEqual([...world.leading], ['a']);
  const second = world.start('b');
  await world.clock.turn(60, 2);
  assert.deepEqual([...world.leading], ['a']);
  first.stop();
  await first.ended;
  assert.equal(world.server.spec()?.holderIdentity, '');
  await world.clock.turn(3, 1);
  assert.deepEqual([...world.leading], ['b']);
  assert.equal(world.server.spec()?.leaseTransitions, 1);
  second.stop();
  await second.ended;
  assert.equal(world.most, 1);
});

test('clocks that are hours apart, and set while it runs, elect nobody else', async (t) => {
  const world = await scene(t);
  let ahead = 7200;
  world.start('a', { ahead: () => -ahead });
  await world.clock.settle(1);
  world.start('b', { ahead: () => ahead });
  for (const next of [7200, -7200, 0, 86_400]) {
    ahead = next;
    await world.clock.turn(60, 2);
    assert.deepEqual([[...world.leading], world.most], [['a'], 1]);
  }
});

test('both at the same moment: one write wins, the other sees the conflict and waits', async (t) => {
  const world = await scene(t);
  world.start('a');
  world.start('b');
  await world.clock.turn(30, 2);
  assert.equal(world.leading.size, 1);
  assert.equal(world.most, 1);
});

test('a leader that is cut off stops before another starts', async (t) => {
  const world = await scene(t);
  world.start('a');
  await world.clock.settle(1);
  world.start('b');
  await world.clock.turn(20, 2);
  world.server.cut.add('a');
  const stopped: number[] = [];
  for (let second = 1; second <= 20; second++) {
    await world.clock.turn(1, 2);
    if (world.leading.size === 0) stopped.push(second);
  }
  assert.equal(world.most, 1);
  assert.ok(stopped.length > 0, 'there was a time without a leader');
  assert.deepEqual([...world.leading], ['b']);
  world.server.cut.delete('a');
  await world.clock.turn(30, 2);
  assert.deepEqual([...world.leading], ['b'], 'the one that comes back waits');
});

test('a leader whose requests are answered late, or never, stops before its lease has run out', async () => {
  const clock = turnedClock();
  const elapsed = (): number => clock.now().getTime();
  const stop = new AbortController();
  const began = elapsed();
  const stops: number[] = [];
  let writes = 0;
  /** What takes so many milliseconds, or as long as it may. */
  const pass = (milliseconds: number, within = Infinity): Promise<void> =>
    clock.sleep(Math.min(milliseconds, within), stop.signal);
  const store: LeaseStore = {
    read: async (within) => {
      if (writes > 0) await pass(4000, within);
      return writes > 0 ? err(problem('cluster-unreachable', 'no answer')) : ok(undefined);
    },
    write: async (spec, _from, within) => {
      if (writes++ === 0) return ok({ version: '1', spec });
      await pass(3000, within);
      return ok('conflict');
    },
  };
  const lead = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) =>
      signal.addEventListener('abort', () => {
        stops.push((elapsed() - began) / 1000);
        resolve();
      }),
    );
  const ended = elect({ store, identity: 'a', clock, log: createTestLog(), elapsed }, lead, stop.signal);
  for (let second = 0; second < 40 && stops.length === 0; second++) await clock.turn(1, 1);
  stop.abort();
  await ended;
  const [stopped = Infinity] = stops;
  assert.ok(stopped <= 15, `it led for ${stopped} s`);
});

test('a short outage changes nothing', async (t) => {
  const world = await scene(t);
  world.start('a');
  await world.clock.settle(1);
  world.start('b');
  await world.clock.turn(10, 2);
  world.server.cut.add('a').add('b');
  await world.clock.turn(7, 2);
  world.server.cut.clear();
  await world.clock.turn(30, 2);
  assert.deepEqual([...world.leading], ['a']);
});

test('a renewal that was done although its answer was lost is no loss', async (t) => {
  const world = await scene(t);
  world.start('a');
  await world.clock.turn(4, 1);
  world.server.mute.add('a');
  await world.clock.turn(3, 1);
  world.server.mute.clear();
  await world.clock.turn(20, 1);
  assert.deepEqual([...world.leading], ['a']);
  assert.ok(world.server.conflicts > 0);
});

test('a leader that is told to stop keeps the lease while it finishes the step in hand', async (t) => {
  const world = await scene(t);
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = world.start('a', { finish: promise });
  await world.clock.settle(1);
  world.start('b');
  await world.clock.turn(5, 2);
  first.stop();
  await world.clock.turn(40, 2);
  assert.deepEqual([...world.leading], ['a']);
  resolve();
  await first.ended;
  await world.clock.turn(3, 1);
  assert.deepEqual([...world.leading], ['b']);
  assert.equal(world.most, 1);
});

test('work that fails gives the lease back, and the failure is told', async (t) => {
  const world = await scene(t);
  const first = world.start('a', { lead: () => Promise.reject(new Error('broken')) });
  await assert.rejects(first.ended, /broken/);
  assert.equal(world.server.spec()?.holderIdentity, '');
});

test('the times are in the form of the API', async (t) => {
  const world = await scene(t);
  world.start('a');
  await world.clock.settle(1);
  assert.deepEqual(world.server.spec(), {
    holderIdentity: 'a',
    leaseDurationSeconds: 15,
    acquireTime: '2026-11-21T10:00:00.000000Z',
    renewTime: '2026-11-21T10:00:00.000000Z',
    leaseTransitions: 0,
  });
});

test('nothing but the one Lease gets through the guard', () => {
  const guard = onlyLease({ namespace: 'ops', name: 'remendo' });
  const all = `/apis/${LEASE_API}/namespaces/ops/leases`;
  const lease = (name = 'remendo', namespace = 'ops', kind = 'Lease'): string =>
    JSON.stringify({ apiVersion: LEASE_API, kind, metadata: { name, namespace } });
  const none = new URLSearchParams();
  guard('GET', `${all}/remendo`, none, undefined);
  guard('POST', all, none, lease());
  guard('PUT', `${all}/remendo`, none, lease());
  const refused: [string, string, string | undefined, URLSearchParams?][] = [
    ['DELETE', `${all}/remendo`, undefined],
    ['PATCH', `${all}/remendo`, lease()],
    ['GET', all, undefined],
    ['GET', `${all}/other`, undefined],
    ['PUT', `${all}/other`, lease('other')],
    ['PUT', `${all}/remendo`, lease('other')],
    ['PUT', `${all}/remendo/status`, lease()],
    ['POST', all, lease('other')],
    ['POST', all, lease('remendo', 'kube-system')],
    ['POST', all, lease('remendo', 'ops', 'Secret')],
    ['POST', all, undefined],
    ['POST', '/api/v1/namespaces/ops/secrets', lease()],
    ['PUT', `${all}/../secrets/remendo`, lease()],
    ['PUT', `${all}/remendo`, lease(), new URLSearchParams('dryRun=All')],
  ];
  for (const [method, path, body, query = none] of refused) {
    assert.throws(() => guard(method, path, query, body), HarmfulRequest, `${method} ${path}`);
  }
});
