import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClusterReader } from '../../../src/adapters/kubernetes/cluster-reader.ts';
import { createSkew } from '../../../src/adapters/kubernetes/skew.ts';
import { connected, list, quiet, send, startApi } from './support.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toUTCString();

test('the clock of a server: what its last answer shows, and nothing where they are in step', () => {
  const skew = createSkew();
  assert.equal(skew.skew(), 0);
  skew.answered(at(600), NOW, NOW + 1000);
  assert.equal(skew.skew(), 600_000);
  skew.answered(at(-120), NOW, NOW + 200);
  assert.equal(skew.skew(), -119_600);
  skew.answered(at(20), NOW, NOW);
  assert.equal(skew.skew(), 0, 'as much can be delay on the way');
  skew.answered(at(600), NOW, NOW);
  for (const [date, answered] of [
    [undefined, NOW],
    ['nonsense', NOW],
    [at(0), NOW + 60_000],
  ] as const) {
    skew.answered(date, NOW, answered);
    assert.equal(skew.skew(), 600_500, 'what says nothing changes nothing');
  }
});

test('a snapshot is dated by the clock of the API server, which is said once', async (t) => {
  const ahead = 20 * 60_000;
  const server = await startApi((_, response) =>
    send(response, 200, list('Pod', []), { Date: new Date(Date.now() + ahead).toUTCString() }),
  );
  t.after(() => server.close());
  const warnings: object[] = [];
  const log = { ...quiet, warn: (fields: object) => void warnings.push(fields) };
  const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
  const reader = createClusterReader(await connected(server.url), { clock, log });
  for (let look = 0; look < 2; look++) {
    const snapshot = await reader.snapshot();
    assert.ok(snapshot.ok);
    const apart = Date.parse(snapshot.value.takenAt) - Date.now();
    assert.ok(Math.abs(apart - ahead) < 30_000, `${apart} ms`);
  }
  assert.deepEqual(
    warnings.map((fields) => Object.keys(fields)),
    [['seconds']],
  );
  await reader.close();
});
