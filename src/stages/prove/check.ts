import type { ChangeSet } from '../../domain/change-set.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Policy } from '../../domain/policy.ts';
import type { CheckAnswer, CheckName } from '../../domain/proof.ts';
import type { Fix } from '../../domain/proposal.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { ApplicationRef, Location, RenderedPair } from '../../domain/source.ts';
import type { SourceVersion } from '../../ports/git.ts';
import type { DryRun } from '../../ports/cluster.ts';
import type { Registry } from '../../ports/registry.ts';

/** What the checks look at. */
export interface ProveContext {
  readonly incident: Incident;
  readonly fix: Fix;
  readonly location: Location;
  readonly changeSet: ChangeSet;
  readonly policy: Policy;
  readonly snapshot: Snapshot;
  /** The owning Application first. */
  readonly pairs: readonly RenderedPair[];
  /** Applications that read a touched file but could not be rendered, with the reason. */
  readonly unrendered: readonly { readonly application: ApplicationRef; readonly reason: string }[];
  /** Newest first, lazily; at most 20. */
  versions(): AsyncIterable<SourceVersion>;
  /** Open pull requests of others that touch a file of the change set; undefined where the forge could not be asked. */
  readonly humanPullRequests: readonly { readonly number: number; readonly url: string }[] | undefined;
  /** Texts of changes (canonical JSON of operations) that were refuted or rejected for this fingerprint before. */
  readonly refuted: ReadonlySet<string>;
  readonly dryRun: DryRun;
  readonly registry: Registry;
  readonly now: Date;
  readonly signal?: AbortSignal;
}

/** One check of the proof: one file each. It answers in one sentence, and never throws for what the world did. */
export interface Check {
  readonly name: CheckName;
  run(context: ProveContext): Promise<CheckAnswer>;
}
