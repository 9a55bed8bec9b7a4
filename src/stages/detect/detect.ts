import type { Finding } from '../../domain/finding.ts';
import type { Kind } from '../../domain/kubernetes/kinds.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { Detector } from './detector.ts';
import { DETECTORS } from './registry.ts';
import { createSnapshotIndex } from './snapshot-index.ts';

/** What was seen, and which detectors could not look because a kind that they need was not readable. */
export interface Detection {
  readonly findings: Finding[];
  readonly blind: { readonly detector: string; readonly kind: Kind; readonly reason: string }[];
}

/** Runs every detector that can see over one snapshot. The order of the snapshot's objects does not matter. */
export function detect(
  snapshot: Snapshot,
  policy: Policy['detect'],
  detectors: readonly Detector[] = DETECTORS,
): Detection {
  const index = createSnapshotIndex(snapshot, policy);
  const findings: Finding[] = [];
  const blind: Detection['blind'] = [];
  for (const detector of detectors) {
    const missing = snapshot.blind.filter(({ kind }) => detector.needs.includes(kind));
    blind.push(...missing.map(({ kind, reason }) => ({ detector: detector.name, kind, reason })));
    if (missing.length === 0) findings.push(...detector.detect(index));
  }
  return { findings, blind };
}
