import type { ChangeSet } from '../domain/change-set.ts';
import type { Incident } from '../domain/incident.ts';
import type { Decision } from '../domain/outcome.ts';
import type { Problem } from '../domain/problem.ts';
import type { Proof } from '../domain/proof.ts';
import type { Answer, Fix } from '../domain/proposal.ts';
import type { Result } from '../domain/result.ts';
import type { Location, RenderedObject } from '../domain/source.ts';

/** What one pass found out about one incident, and what it did. */
export interface IncidentReport {
  readonly incident: Incident;
  readonly location: Result<Location, Problem>;
  /** The declared object, where it was found. */
  readonly declared?: RenderedObject;
  /** Everything that the same Application declares. */
  readonly siblings?: readonly RenderedObject[];
  readonly answers: readonly Answer[];
  readonly chosen?: Fix;
  readonly changeSet?: Result<ChangeSet, Problem>;
  readonly proof?: Proof;
  readonly decision: Decision;
  /** Web address of the pull request, where there is one. */
  readonly pullRequest?: string;
  /** Milliseconds that this incident took in this pass. */
  readonly milliseconds: number;
}

/** What happened to one of Remendo's own pull requests: merged and followed, closed, or its failure gone. */
export interface FollowReport {
  readonly fingerprint: string;
  readonly pullRequest: string;
  readonly title: string;
  readonly decision: Decision;
}

/** One full pass. */
export interface PassReport {
  readonly cluster: string;
  /** RFC 3339. */
  readonly scannedAt: string;
  /** Kinds that could not be read, with what they would have been needed for. */
  readonly blind: readonly { readonly kind: string; readonly reason: string }[];
  readonly incidents: readonly IncidentReport[];
  readonly followed: readonly FollowReport[];
  /** Repositories whose forge could not be read: nothing was decided for them. */
  readonly unreadable: readonly { readonly repoURL: string; readonly reason: string }[];
}
