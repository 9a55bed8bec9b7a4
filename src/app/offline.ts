import type { Application } from '../domain/kubernetes/application.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { noObjects } from '../domain/snapshot.ts';
import type { DryRun } from '../ports/cluster.ts';
import type { Registry } from '../ports/registry.ts';

/** A snapshot that holds Applications from files and nothing else. */
export function snapshotOf(applications: readonly Application[], takenAt: Date): Snapshot {
  const objects = { ...noObjects(), Application: [...applications] };
  return { cluster: 'offline', takenAt: takenAt.toISOString(), objects, blind: [] };
}

const OFFLINE = { kind: 'unavailable', reason: 'no cluster was asked' } as const;

/** No API server to ask. */
export const NO_DRY_RUN: DryRun = { apply: async () => OFFLINE, create: async () => OFFLINE };

const NOT_CONFIGURED = { ok: false, error: { code: 'not-configured', message: 'no registry was asked' } } as const;

/** No registry to ask. */
export const NO_REGISTRY: Registry = { tags: async () => NOT_CONFIGURED, exists: async () => NOT_CONFIGURED };
