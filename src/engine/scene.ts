import type { Snapshot } from '../domain/snapshot.ts';
import type { Sources } from '../stages/locate/sources.ts';
import type { Proposer } from '../stages/propose/proposer.ts';
import type { ForgeMemory } from './forge-memory.ts';

/** What the steps of one pass share, beside the ports. */
export interface Scene {
  readonly snapshot: Snapshot;
  readonly sources: Sources;
  readonly proposers: readonly Proposer[];
  /** The forge of a repository: what it remembers, that none is configured, or that it could not be read. */
  readonly memoryOf: (repoURL: string) => ForgeMemory | 'none' | { readonly unreadable: string };
  readonly signal?: AbortSignal;
}

/** What the forge knows that a proof must respect. */
export interface ForgeKnowledge {
  /** Changes (see changeKey) that were tried or rejected for this incident before. */
  readonly refuted: ReadonlySet<string>;
  /** Open pull requests of others with the files they touch; undefined where nobody could be asked. */
  readonly openFiles:
    readonly { readonly number: number; readonly url: string; readonly files: readonly string[] }[] | undefined;
}
