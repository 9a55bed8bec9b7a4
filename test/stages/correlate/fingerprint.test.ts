import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { ALL_KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import { correlate } from '../../../src/stages/correlate/correlate.ts';
import { detect } from '../../../src/stages/detect/detect.ts';
import { headline, incidentsOf, loadSnapshot } from '../../support/detection.ts';

const BROKEN = join(import.meta.dirname, '../../../fixtures/worlds/orders/broken/cluster');
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** The same cluster at another time, with other pod names and uids: what a restart of everything would leave. */
function renamed(snapshot: Snapshot, suffix: string, seconds: number): Snapshot {
  let text = JSON.stringify(snapshot).replaceAll(TIME, (time) =>
    new Date(Date.parse(time) + seconds * 1000).toISOString(),
  );
  for (const { metadata } of snapshot.objects.Pod) {
    const owner = metadata.ownerReferences?.[0];
    // Pods of a StatefulSet keep their names.
    if (owner !== undefined && owner.kind !== 'StatefulSet') {
      text = text.replaceAll(metadata.name, `${owner.name}-${suffix}${metadata.name.slice(-2)}`);
    }
    if (metadata.uid !== undefined) text = text.replaceAll(metadata.uid, `${suffix}-${metadata.uid.slice(8)}`);
  }
  const copy: Snapshot = JSON.parse(text);
  return copy;
}

/** The same objects in another order. */
function shuffled(snapshot: Snapshot, seed: number): Snapshot {
  let state = seed;
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
  const objects = Object.fromEntries(
    ALL_KINDS.map((kind) => {
      const tagged = [...snapshot.objects[kind]].map((object) => ({ object, at: next() }));
      return [kind, tagged.sort((a, b) => a.at - b.at).map(({ object }) => object)];
    }),
  );
  return { ...snapshot, objects: { ...snapshot.objects, ...objects } };
}

describe('fingerprints', () => {
  it('do not hang on pod names, uids, times or the order of objects', async () => {
    const snapshot = await loadSnapshot(BROKEN);
    const expected = incidentsOf(snapshot).map((incident) => [incident.fingerprint, headline(incident)]);
    fc.assert(
      fc.property(
        fc.stringMatching(/^[b-df-hj-np-tv-z]{5}$/),
        fc.integer({ min: -100_000, max: 100_000 }),
        fc.nat(2 ** 30),
        (suffix, seconds, seed) => {
          const other = shuffled(renamed(snapshot, suffix, seconds), seed);
          assert.deepEqual(
            incidentsOf(other).map((incident) => [incident.fingerprint, headline(incident)]),
            expected,
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('do not hang on the order of findings', async () => {
    const snapshot = await loadSnapshot(BROKEN);
    const { findings } = detect(snapshot, DEFAULT_POLICY.detect);
    const expected = correlate(snapshot, findings);
    fc.assert(
      fc.property(fc.shuffledSubarray(findings, { minLength: findings.length }), (other) => {
        assert.deepEqual(correlate(snapshot, other), expected);
      }),
      { numRuns: 40 },
    );
  });

  it('hang on the cluster and are unique', async () => {
    const snapshot = await loadSnapshot(BROKEN);
    const here = incidentsOf(snapshot).map(({ fingerprint }) => fingerprint);
    const there = incidentsOf({ ...snapshot, cluster: 'other' }).map(({ fingerprint }) => fingerprint);
    assert.equal(new Set([...here, ...there]).size, here.length * 2);
  });
});
