import type { Incident } from '../../domain/incident.ts';
import type { ApplicationStatus } from '../../domain/kubernetes/application.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Answer, Origin } from '../../domain/proposal.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { Location, RenderedObject } from '../../domain/source.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClusterReader } from '../../ports/cluster.ts';
import type { SourceVersion } from '../../ports/git.ts';
import type { Registry } from '../../ports/registry.ts';

export type { SourceVersion } from '../../ports/git.ts';

/** Everything a source of fixes may look at. It reads; it never writes. */
export interface ProposeContext {
  readonly incident: Incident;
  readonly snapshot: Snapshot;
  readonly policy: Policy;
  readonly location: Location;
  /** Status of the Application that owns the object: deployment history, sync, conditions. */
  readonly applicationStatus: ApplicationStatus;
  /** The declared object of the incident, as Argo CD would apply it at the head of the target revision. */
  readonly declared: RenderedObject;
  /** Everything that the same Application declares, `declared` included. */
  readonly siblings: readonly RenderedObject[];
  /**
   * The Application at the commits that touched its sources, newest first, the head itself first; at most 20, rendered
   * lazily one by one. Commits that do not render are passed over. Empty where the history cannot be read.
   */
  versions(): AsyncIterable<SourceVersion>;
  readonly registry: Registry;
  readonly logs: ClusterReader['logs'];
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** One source of fixes: a rule, the history, the patterns, the model. */
export interface Proposer {
  readonly origin: Origin;
  readonly name: string;
  /** Causes it is asked for: exact (`memory/oom-killed`), a family (`image/*`) or all (`*`). */
  readonly causes: readonly string[];
  /** Answers with a fix or with a reason why not; undefined where it has nothing to say on this incident. */
  propose(context: ProposeContext): Promise<Answer | undefined>;
}
