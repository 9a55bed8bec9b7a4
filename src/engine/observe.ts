import type { Incident } from '../domain/incident.ts';
import type { Problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { ok } from '../domain/result.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { correlate } from '../stages/correlate/correlate.ts';
import { detect } from '../stages/detect/detect.ts';
import type { EnginePorts } from './ports.ts';

/** What fails now. */
export interface Observation {
  readonly snapshot: Snapshot;
  readonly incidents: readonly Incident[];
  readonly blind: readonly { readonly kind: string; readonly reason: string }[];
}

/** Reads the cluster once and says what fails. Errors as ClusterReader.snapshot. */
export async function observe(
  { cluster, policy }: Pick<EnginePorts, 'cluster' | 'policy'>,
  signal?: AbortSignal,
): Promise<Result<Observation, Problem>> {
  const read = await cluster.snapshot(signal);
  if (!read.ok) return read;
  const snapshot = read.value;
  const { findings, blind } = detect(snapshot, policy.detect);
  const detectors = blind.map(({ detector, kind, reason }) => ({ kind, reason: `${detector}: ${reason}` }));
  const others = snapshot.blind.filter(({ kind }) => !detectors.some((item) => item.kind === kind));
  return ok({ snapshot, incidents: correlate(snapshot, findings), blind: [...detectors, ...others] });
}
