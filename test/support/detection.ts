import assert from 'node:assert/strict';
import { createSnapshotFolder } from '../../src/adapters/snapshot/snapshot-folder.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { formatRef } from '../../src/domain/object-ref.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { correlate } from '../../src/stages/correlate/correlate.ts';
import { detect } from '../../src/stages/detect/detect.ts';

/** Reads a folder of objects as the program does, at a fixed time. */
export async function loadSnapshot(directory: string, takenAt?: string): Promise<Snapshot> {
  const now = new Date('2026-03-01T12:00:00Z');
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const folder = createSnapshotFolder({
    directory,
    clock,
    cluster: 'test',
    ...(takenAt === undefined ? {} : { takenAt }),
  });
  const snapshot = await folder.snapshot();
  assert.ok(snapshot.ok, snapshot.ok ? '' : snapshot.error.message);
  return snapshot.value;
}

export function incidentsOf(snapshot: Snapshot, policy: Policy['detect'] = DEFAULT_POLICY.detect): Incident[] {
  return correlate(snapshot, detect(snapshot, policy).findings);
}

/** What makes an incident this one, in one line: `Deployment shop/web crash/exit-error web`. */
export function headline({ object, cause, container = '', subject = '' }: Incident): string {
  return [formatRef(object), cause, container, subject].filter((part) => part !== '').join(' ');
}
