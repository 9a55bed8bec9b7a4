import type { Change } from '../../domain/change.ts';
import type { Incident } from '../../domain/incident.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { sameObject } from '../../domain/object-ref.ts';
import type { VerifyState } from '../../domain/outcome.ts';
import type { Policy } from '../../domain/policy.ts';
import { refOfKind } from '../../domain/snapshot.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { AppliedContext } from './applied.ts';
import { BLINDNESS, appliedOf } from './applied.ts';
import { readinessOf } from './readiness.ts';

/** What is known of a merged fix. */
export interface MergedFix {
  readonly fingerprint: string;
  readonly cause: string;
  readonly object: ObjectRef;
  readonly container?: string | undefined;
  readonly subject?: string | undefined;
  readonly changes: readonly Change[];
  /** Before the fix, older pods served. */
  readonly stillServing: boolean;
  /** RFC 3339. */
  readonly mergedAt: string;
  /** Since when the symptom is gone, as noted in an earlier pass; RFC 3339. */
  readonly soakSince?: string | undefined;
}

/** What is looked at to tell how a merged fix ended. */
export interface VerifyContext extends AppliedContext {
  readonly snapshot: Snapshot;
  readonly incidents: readonly Incident[];
  /** False where kinds are unreadable without which the failure would not be seen: its absence means nothing then. */
  readonly sighted: boolean;
  readonly policy: Policy['verify'];
}

/** The state of a merged fix, why it waits, and what is to be noted for the next pass. */
export type Verified = VerifyState & { readonly reason?: string; readonly soakSince?: string };

/** A CronJob shows only when it runs whether it works: those that run daily get their chance. */
const LONGEST_SCHEDULE = 26 * 3600;

/** One look at a merged fix. Two clocks: propagation from the merge, soak from the moment the symptom is gone. */
export async function verify(fix: MergedFix, context: VerifyContext): Promise<Verified> {
  const objects = [fix.object, ...fix.changes.map(({ object }) => object)];
  const applied = await appliedOf({ mergedAt: fix.mergedAt, objects }, context);
  if (applied.state === 'applied') return judge(fix, context, applied.at);
  const { reason, detail } = applied;
  if (applied.state === 'waiting') return waiting('propagation', reason, detail);
  // A merge that Git does not hold any more leaves nothing to be applied, and the way open for the same fix.
  if (BLINDNESS.has(reason) || reason === 'merge-gone') return { end: 'timed-out', detail };
  return reason === 'cannot-render' ? { end: 'made-worse', detail } : { end: 'never-applied', reason, detail };
}

function judge(fix: MergedFix, context: VerifyContext, appliedAt: string): Verified {
  const { snapshot, incidents, policy, now } = context;
  const same =
    incidents.find((incident) => incident.fingerprint === fix.fingerprint) ??
    incidents.find((incident) => isSameSymptom(incident, fix));
  if (same && showsOnNewPods(same, appliedAt, snapshot)) {
    return { end: 'not-fixed', detail: `Applied at ${appliedAt}, and it still fails: ${same.summary}` };
  }
  const schedule = fix.object.kind === 'CronJob' ? LONGEST_SCHEDULE : 0;
  const patience = policy.propagationSeconds + policy.soakSeconds + schedule;
  const late = now.getTime() > Date.parse(appliedAt) + patience * 1000;
  const readiness = readinessOf(snapshot, fix.object, appliedAt);
  const other = incidents.find((incident) => sameObject(incident.object, fix.object) && incident !== same);
  const doubt = doubtOf(context, same, readiness);
  if (doubt) {
    if (!late) return waiting('propagation', doubt.reason, `Applied at ${appliedAt}; ${doubt.why}.`);
    if (other && fix.stillServing && !other.stillServing) {
      return { end: 'made-worse', detail: `Nothing serves any more: ${other.summary}` };
    }
    const then = other ? `; it now fails for another reason: ${other.summary}` : '';
    return { end: 'timed-out', detail: `Applied at ${appliedAt}; ${doubt.why}${then}.` };
  }
  // A clock that went back would make the soak begin in the future, and last for ever.
  const noted = fix.soakSince !== undefined && Date.parse(fix.soakSince) <= now.getTime() ? fix.soakSince : undefined;
  const soakSince = noted ?? now.toISOString();
  const soaked = (now.getTime() - Date.parse(soakSince)) / 1000;
  if (soaked < policy.soakSeconds) {
    const detail = `Applied at ${appliedAt}; the failure is gone since ${soakSince}.`;
    return { ...waiting('soak', undefined, detail), soakSince };
  }
  const stayed = `the failure stayed away for ${Math.round(soaked)} s`;
  return { end: 'verified', detail: `Applied at ${appliedAt}; ${stayed} (${readiness.detail}).`, soakSince };
}

/** What keeps one from saying that the failure is gone. */
function doubtOf(
  { sighted }: VerifyContext,
  same: Incident | undefined,
  { state, detail }: ReturnType<typeof readinessOf>,
): { readonly reason: string; readonly why: string } | undefined {
  if (same) return { reason: 'old-pods', why: 'the old pods still show the failure' };
  if (!sighted) return { reason: 'blind', why: 'what would show the failure cannot be read' };
  return state === 'ready' || state === 'unknown' ? undefined : { reason: state, why: detail };
}

/**
 * The same failure under another fingerprint: about the same thing, or about what the fix put there (another tag that
 * does not exist). A second fault that was hidden behind the first is another one.
 */
function isSameSymptom({ cause, container, object, subject }: Incident, fix: MergedFix): boolean {
  if (cause !== fix.cause || !sameObject(object, fix.object)) return false;
  if (subject === undefined || fix.subject === undefined) return container === fix.container;
  return subject === fix.subject || fix.changes.some((change) => putsThere(change, subject));
}

function putsThere({ operations }: Change, subject: string): boolean {
  return operations.some((item) => {
    if (item.op !== 'replace' && item.op !== 'add') return false;
    const { value } = item;
    if (typeof value === 'number') return subject === String(value);
    return typeof value === 'string' && value !== '' && subject.includes(value);
  });
}

/**
 * Pods from before the fix may go on failing until they are replaced, and new ones may fail for another reason. Where an
 * incident names no pod (a Service, a claim, pods that are refused), it counts once it is seen after the fix was applied.
 */
function showsOnNewPods(incident: Incident, appliedAt: string, snapshot: Snapshot): boolean {
  // Pods that only show what follows count where the cause itself shows on none (a claim).
  const showing = (incident.showing ?? []).filter(({ kind }) => kind === 'Pod');
  const pods = showing.length > 0 ? showing : incident.affected.filter(({ kind }) => kind === 'Pod');
  const names = new Set(pods.map(({ namespace, name }) => `${namespace}/${name}`));
  if (names.size === 0) return incident.since !== undefined && Date.parse(incident.since) >= Date.parse(appliedAt);
  return snapshot.objects.Pod.some((pod) => {
    const { namespace, name } = refOfKind('Pod', pod.metadata);
    const created = pod.metadata.creationTimestamp;
    // Kubernetes keeps whole seconds only.
    return (
      names.has(`${namespace}/${name}`) && created !== undefined && Date.parse(created) >= Date.parse(appliedAt) - 1000
    );
  });
}

function waiting(phase: 'propagation' | 'soak', reason: string | undefined, detail: string): Verified {
  return { end: 'waiting', phase, ...(reason === undefined ? {} : { reason }), detail };
}
