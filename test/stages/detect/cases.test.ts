import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import type { Incident } from '../../../src/domain/incident.ts';
import { formatRef } from '../../../src/domain/object-ref.ts';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import { correlate } from '../../../src/stages/correlate/correlate.ts';
import { detect } from '../../../src/stages/detect/detect.ts';
import { CATALOGUE } from '../../../src/stages/detect/registry.ts';
import { loadSnapshot } from '../../support/detection.ts';

const ROOT = join(import.meta.dirname, '../../../fixtures/detect');

/** One incident as `expect.json` tells it; what is left out is not looked at, but for container and subject. */
const Expected = z.strictObject({
  object: z.string(),
  cause: z.string(),
  container: z.string().optional(),
  containerType: z.string().optional(),
  subject: z.string().optional(),
  severity: z.string().optional(),
  stillServing: z.boolean().optional(),
  facts: z.record(z.string(), z.unknown()).optional(),
  explains: z.array(z.string()).optional(),
  affected: z.array(z.string()).optional(),
  /** Texts that some evidence must hold. */
  evidence: z.array(z.string()).optional(),
});
const Case = z.strictObject({
  why: z.string().optional(),
  takenAt: z.string().optional(),
  policy: z.strictObject({ ignoreNamespaces: z.array(z.string()) }).optional(),
  blind: z.array(z.object({ kind: z.enum(['Event', 'IngressClass', 'Pod', 'Secret']), reason: z.string() })).optional(),
  blindDetectors: z.array(z.string()).optional(),
  incidents: z.array(Expected),
});

/** The incident in the words of its expectation, with only the fields that the expectation speaks about. */
function inWordsOf(expected: z.infer<typeof Expected> | undefined, incident: Incident): z.infer<typeof Expected> {
  const { object, cause, container, subject, containerType, severity, stillServing } = incident;
  const facts: Record<string, unknown> = Object.fromEntries(
    Object.entries(incident.facts).filter(([key]) => Object.hasOwn(expected?.facts ?? {}, key)),
  );
  const evidence = expected?.evidence?.filter((text) => incident.evidence.some((found) => found.text.includes(text)));
  const all = {
    object: formatRef(object),
    cause,
    container,
    subject,
    containerType: expected?.containerType && containerType,
    severity: expected?.severity && severity,
    stillServing: expected?.stillServing === undefined ? undefined : stillServing,
    facts: expected?.facts && facts,
    explains: expected?.explains && incident.explains.map((effect) => `${effect.cause} ${formatRef(effect.object)}`),
    affected: expected?.affected && incident.affected.map(formatRef),
    evidence,
  };
  return Expected.parse(JSON.parse(JSON.stringify(all)));
}

function key({ object, cause, container, subject }: z.infer<typeof Expected>): string {
  return `${object} ${cause} ${container} ${subject}`;
}

function sort(list: readonly z.infer<typeof Expected>[]): z.infer<typeof Expected>[] {
  return list.toSorted((a, b) => key(a).localeCompare(key(b)));
}

const cases = readdirSync(ROOT).sort();

describe('detection and correlation, case by case', () => {
  for (const name of cases) {
    it(name, async () => {
      const expected = Case.parse(JSON.parse(readFileSync(join(ROOT, name, 'expect.json'), 'utf8')));
      const read = await loadSnapshot(join(ROOT, name, 'cluster'), expected.takenAt ?? '2026-03-01T12:00:00Z');
      const snapshot = { ...read, blind: expected.blind ?? [] };
      const { findings, blind } = detect(snapshot, { ...DEFAULT_POLICY.detect, ...expected.policy });
      const incidents = correlate(snapshot, findings);
      const wanted = sort(expected.incidents);
      const found = incidents.map((incident) => {
        const bare = inWordsOf(undefined, incident);
        return inWordsOf(
          wanted.find((one) => key(one) === key(bare)),
          incident,
        );
      });
      assert.deepEqual(sort(found), wanted);
      assert.deepEqual(blind.map(({ detector }) => detector).sort(), expected.blindDetectors ?? []);
      for (const incident of incidents) {
        assert.ok(incident.evidence.length > 0 && incident.evidence.length <= 12);
        assert.match(incident.fingerprint, /^[0-9a-f]{16}$/);
      }
    });
  }

  it('covers every cause of the catalogue, and silence', () => {
    const texts = cases.map((name) => readFileSync(join(ROOT, name, 'expect.json'), 'utf8'));
    const covered = new Set(texts.flatMap((text) => Case.parse(JSON.parse(text)).incidents.map(({ cause }) => cause)));
    assert.deepEqual(
      [...CATALOGUE.keys()].filter((cause) => !covered.has(cause)),
      [],
    );
    assert.ok(cases.filter((name) => name.startsWith('silent-')).length >= 30);
  });
});
