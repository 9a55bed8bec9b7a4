import type { Snapshot } from '../domain/snapshot.ts';
import type { Sources } from '../stages/locate/sources.ts';
import type { Proposer } from '../stages/propose/proposer.ts';
import type { Remembered } from './forge-memory.ts';

/** What the steps of one pass share, beside the ports. */
export interface Scene {
  readonly snapshot: Snapshot;
  readonly sources: Sources;
  readonly proposers: readonly Proposer[];
  readonly memoryOf: (repoURL: string) => Remembered;
}

/** Open pull requests of others with the files they touch; undefined where nobody could be asked. */
export type OpenFiles =
  readonly { readonly number: number; readonly url: string; readonly files: readonly string[] }[] | undefined;

/** What the forges know that a proof must respect. */
export interface ForgeKnowledge {
  /** Changes (see changeKey) that were tried or rejected for this incident before. */
  readonly refuted: ReadonlySet<string>;
  /** By the repository that is edited. */
  readonly openFilesOf: (repoURL: string) => OpenFiles;
}
