import type { ObjectRef } from '../domain/object-ref.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Sources } from '../stages/locate/sources.ts';
import type { Proposer } from '../stages/propose/proposer.ts';
import type { OpenFiles, Remembered } from './forge-memory.ts';

/** What the steps of one pass share, beside the ports. */
export interface Scene {
  readonly snapshot: Snapshot;
  readonly sources: Sources;
  readonly proposers: readonly Proposer[];
  readonly memoryOf: (repoURL: string) => Remembered;
  /** Edits that this pass has a pull request for, or would have, by editKey. */
  readonly edits: Map<string, ObjectRef>;
}

/** What the forges know that a proof must respect. */
export interface ForgeKnowledge {
  /** Changes (see changeKey) that were tried or rejected for this incident before. */
  readonly refuted: ReadonlySet<string>;
  /** By the repository that is edited. */
  readonly openFilesOf: (repoURL: string) => OpenFiles;
}
