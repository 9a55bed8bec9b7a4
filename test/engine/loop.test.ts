import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../../src/domain/problem.ts';
import { problem } from '../../src/domain/problem.ts';
import type { Result } from '../../src/domain/result.ts';
import { err, ok } from '../../src/domain/result.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { runLoop } from '../../src/engine/loop.ts';
import type { EnginePorts } from '../../src/engine/ports.ts';
import type { PassReport } from '../../src/engine/report.ts';
import { snapshotWith } from '../stages/prove/scene.ts';
import { deployment } from '../support/shop-manifests.ts';
import { startWorld } from './world.ts';

const TIMING = { intervalSeconds: 60, debounceSeconds: 2 };

type Look = () => Promise<Result<Snapshot, Problem>>;

const down: Look = async () => err(problem('cluster-unreachable', 'no route'));
const broken: Look = async () => {
  throw new TypeError('nobody foresaw this');
};
const empty: Look = async () => ok(snapshotWith({}));

interface Told {
  readonly reports: readonly PassReport[];
  /** Seconds between the passes, without those in which changes are collected. */
  readonly pauses: readonly number[];
  readonly errors: readonly object[];
}

/** Passes with these looks at the cluster, on a clock that does not wait; `seen` is called at the beginning of each. */
async function looking(ports: EnginePorts, looks: readonly Look[], seen?: (change: () => void) => void): Promise<Told> {
  const stop = new AbortController();
  const [reports, pauses, errors]: [PassReport[], number[], object[]] = [[], [], []];
  const left = [...looks];
  let change = (): void => undefined;
  await runLoop(
    {
      ...ports,
      log: { ...ports.log, error: (fields) => void errors.push(fields) },
      clock: {
        now: () => ports.clock.now(),
        sleep: async (milliseconds) => {
          if (milliseconds !== TIMING.debounceSeconds * 1000) pauses.push(milliseconds / 1000);
        },
      },
      cluster: {
        ...ports.cluster,
        snapshot: () => {
          const look = left.shift() ?? empty;
          if (left.length === 0) stop.abort();
          seen?.(change);
          return look();
        },
        watch: async (changed) => {
          change = changed;
        },
      },
    },
    TIMING,
    (report) => reports.push(report),
    stop.signal,
  );
  return { reports, pauses, errors };
}

test('a cluster that cannot be read is tried again, less and less often; a pass that breaks off does not end the loop', async (t) => {
  const world = await startWorld(t, { files: { web: deployment('web') } });
  const { ports } = await world.app();
  const { reports, pauses, errors } = await looking(ports, [down, broken, down, empty, down, empty]);
  assert.deepEqual(
    errors.map((fields) => ('code' in fields ? fields.code : '')),
    ['cluster-unreachable', 'failed', 'cluster-unreachable', 'cluster-unreachable'],
  );
  assert.match(JSON.stringify(errors[1]), /nobody foresaw this/);
  assert.deepEqual(pauses.slice(0, 5), [4, 8, 16, 60, 4], 'what succeeds makes the next failure the first');
  assert.equal(reports.length, 2);
});

test('pauses after failures have an end', async (t) => {
  const world = await startWorld(t, { files: { web: deployment('web') } });
  const { ports } = await world.app();
  const { pauses } = await looking(
    ports,
    Array.from({ length: 12 }, () => down),
  );
  assert.equal(Math.max(...pauses), 300);
});

test('a change while a pass runs makes the next one come at once', async (t) => {
  const world = await startWorld(t, { files: { web: deployment('web') } });
  const { ports } = await world.app();
  let passes = 0;
  const { pauses } = await looking(ports, [empty, empty, empty], (change) => {
    if (passes++ === 0) change();
  });
  assert.equal(passes, 3);
  assert.equal(pauses.filter((seconds) => seconds === TIMING.intervalSeconds).length, 2, 'not after the first');
});
