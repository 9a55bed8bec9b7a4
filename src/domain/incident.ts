import type { Evidence } from './evidence.ts';
import type { Facts, Finding, Severity } from './finding.ts';
import type { ObjectRef } from './object-ref.ts';

/** One root cause on one workload, with everything that follows from it. The unit that gets one pull request. */
export interface Incident {
  /** 16 hex digits; equal as long as cluster, object, container, cause and subject are the same. */
  readonly fingerprint: string;
  readonly cause: string;
  readonly severity: Severity;
  /** The top owner: the object that a manifest in Git declares (or the object itself where nothing owns it). */
  readonly object: ObjectRef;
  readonly container?: string;
  readonly containerType?: Finding['containerType'];
  readonly subject?: string;
  readonly summary: string;
  readonly since?: string;
  readonly evidence: readonly Evidence[];
  readonly facts: Facts;
  /** Other workloads of any namespace that fail for the same cause, container and subject: a value that they share may be mended for all. */
  readonly alike?: readonly ObjectRef[];
  /** Objects that show the failure or follow from it: pods, ReplicaSets. At most 50, sorted. */
  readonly affected: readonly ObjectRef[];
  /** Of the affected, those that show this very cause; what only follows from it is not among them. At most 50, sorted; absent: all. */
  readonly showing?: readonly ObjectRef[];
  /** Findings that this cause explains (the pull failure explains the stalled rollout). */
  readonly explains: readonly { readonly cause: string; readonly object: ObjectRef; readonly summary: string }[];
  /** True where older pods of the same workload still serve: the rollout is stuck but the service is up. */
  readonly stillServing: boolean;
}
