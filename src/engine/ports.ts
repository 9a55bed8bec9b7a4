import type { Pattern } from '../domain/pattern.ts';
import type { Policy } from '../domain/policy.ts';
import type { Redact } from '../domain/redact.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReader, DryRun } from '../ports/cluster.ts';
import type { ForgeOf } from '../ports/forge.ts';
import type { Git } from '../ports/git.ts';
import type { Log } from '../ports/log.ts';
import type { Registry } from '../ports/registry.ts';
import type { Audit, Store } from '../ports/store.ts';
import type { Hide } from '../stages/deliver/sticky.ts';
import type { Sources } from '../stages/locate/sources.ts';
import type { Proposer } from '../stages/propose/proposer.ts';

/** Everything that the engine is given. It keeps no state of its own but what `store` holds. */
export interface EnginePorts {
  readonly cluster: ClusterReader;
  readonly dryRun: DryRun;
  readonly git: Git;
  readonly forgeOf: ForgeOf;
  readonly registry: Registry;
  readonly store: Store;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: Policy;
  /** Replaces the secrets in whatever is written to a forge. */
  readonly hide: Hide;
  /** Every text of the cluster or a model passes it before it is shown or sent. */
  readonly redact: Redact;
  /** Sources of fixes, in the order they are asked; given the patterns of this moment. */
  readonly proposers: (patterns: () => Promise<readonly Pattern[]>) => readonly Proposer[];
  /** Renders and edits the sources of a snapshot's Applications. */
  readonly sourcesOf: (snapshot: Snapshot) => Sources;
  /** Called as the pass goes on, for people who watch. */
  readonly progress?: (event: ProgressEvent) => void;
}

/** What a pass tells while it runs, for people who wait. */
export type ProgressEvent =
  | { readonly step: 'observed'; readonly pods: number; readonly incidents: number }
  | { readonly step: 'investigating'; readonly fingerprint: string; readonly object: string; readonly cause: string }
  | {
      readonly step: 'decided';
      readonly fingerprint: string;
      readonly object: string;
      readonly outcome: string;
      readonly reason: string;
    };
