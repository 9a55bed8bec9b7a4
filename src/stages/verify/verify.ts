import type { Incident } from '../../domain/incident.ts';
import type { Application } from '../../domain/kubernetes/application.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { sameObject } from '../../domain/object-ref.ts';
import type { VerifyState } from '../../domain/outcome.ts';
import type { Policy } from '../../domain/policy.ts';
import { refOfKind } from '../../domain/snapshot.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { Contains } from './propagation.ts';
import { propagationOf } from './propagation.ts';
import { readinessOf } from './readiness.ts';

/** What is known of a merged fix. */
export interface MergedFix {
  readonly fingerprint: string;
  readonly cause: string;
  readonly object: ObjectRef;
  readonly container?: string | undefined;
  /** Before the fix, older pods served. */
  readonly stillServing: boolean;
  /** RFC 3339. */
  readonly mergedAt: string;
  /** Since when the symptom is gone, as noted in an earlier pass; RFC 3339. */
  readonly soakSince?: string | undefined;
}

export interface VerifyContext {
  readonly snapshot: Snapshot;
  readonly incidents: readonly Incident[];
  /** The Application that deploys the object; undefined where it is gone. */
  readonly application: Application | undefined;
  readonly sourceIndex: number;
  readonly contains: Contains;
  readonly policy: Policy['verify'];
  readonly now: Date;
}

/** The state of a merged fix; `soakSince` is to be noted for the next pass. */
export type Verified = VerifyState & { readonly soakSince?: string };

/** One look at a merged fix. Two clocks: propagation from the merge, soak from the moment the symptom is gone. */
export async function verify(fix: MergedFix, context: VerifyContext): Promise<Verified> {
  const { application, policy, now } = context;
  const late = (now.getTime() - Date.parse(fix.mergedAt)) / 1000 > policy.propagationSeconds;
  if (!application) {
    const detail = 'the Application that deployed it is gone or cannot be read';
    return late ? { end: 'never-applied', reason: 'application-gone', detail } : waiting('propagation', detail);
  }
  const spread = await propagationOf(application, context.sourceIndex, fix.mergedAt, context.contains);
  if (spread.state === 'broken') return { end: 'made-worse', detail: `Argo CD cannot use what was merged. ${spread.detail}` };
  if (spread.state === 'pending') {
    return late
      ? { end: 'never-applied', reason: spread.reason, detail: `${spread.detail}.` }
      : waiting('propagation', `${spread.detail}.`);
  }
  return judge(fix, context, spread.at);
}

function judge(fix: MergedFix, context: VerifyContext, appliedAt: string): Verified {
  const { snapshot, incidents, policy, now } = context;
  const same = incidents.find((incident) => incident.fingerprint === fix.fingerprint) ?? incidents.find((incident) => isSameSymptom(incident, fix));
  if (same && showsOnNewPods(same, appliedAt, snapshot)) {
    return { end: 'not-fixed', detail: `Applied at ${appliedAt}, and it still fails: ${same.summary}` };
  }
  const limit = Date.parse(appliedAt) + (policy.propagationSeconds + policy.soakSeconds) * 1000;
  const late = now.getTime() > limit;
  const readiness = readinessOf(snapshot, fix.object);
  const other = incidents.find((incident) => sameObject(incident.object, fix.object) && incident !== same);
  if (same || readiness.state === 'not-ready') {
    const why = same ? 'the old pods still show the failure' : readiness.detail;
    if (!late) return waiting('propagation', `Applied at ${appliedAt}; ${why}.`);
    if (other && fix.stillServing && !other.stillServing) return { end: 'made-worse', detail: `Nothing serves any more: ${other.summary}` };
    const then = other ? `; it now fails for another reason: ${other.summary}` : '';
    return { end: 'timed-out', detail: `Applied at ${appliedAt}; ${why}${then}.` };
  }
  const soakSince = fix.soakSince ?? now.toISOString();
  const soaked = (now.getTime() - Date.parse(soakSince)) / 1000;
  if (soaked < policy.soakSeconds) {
    return { ...waiting('soak', `Applied at ${appliedAt}; the failure is gone since ${soakSince}.`), soakSince };
  }
  return {
    end: 'verified',
    detail: `Applied at ${appliedAt}; the failure stayed away for ${Math.round(soaked)} s (${readiness.detail}).`,
    soakSince,
  };
}

function isSameSymptom(incident: Incident, fix: MergedFix): boolean {
  return incident.cause === fix.cause && incident.container === fix.container && sameObject(incident.object, fix.object);
}

/**
 * Pods from before the fix may go on failing until they are replaced. Where an incident names no pod (a Service, a
 * claim, pods that are refused), it counts once it is seen after the fix was applied.
 */
function showsOnNewPods(incident: Incident, appliedAt: string, snapshot: Snapshot): boolean {
  const names = new Set(
    incident.affected.filter(({ kind }) => kind === 'Pod').map(({ namespace, name }) => `${namespace}/${name}`),
  );
  if (names.size === 0) return incident.since !== undefined && Date.parse(incident.since) >= Date.parse(appliedAt);
  return snapshot.objects.Pod.some((pod) => {
    const { namespace, name } = refOfKind('Pod', pod.metadata);
    const created = pod.metadata.creationTimestamp;
    return names.has(`${namespace}/${name}`) && created !== undefined && Date.parse(created) >= Date.parse(appliedAt) - 1000;
  });
}

function waiting(phase: 'propagation' | 'soak', detail: string): Verified {
  return { end: 'waiting', phase, detail };
}
