import type { Pod } from '../../../domain/kubernetes/pod.ts';
import { formatRef, refKey, sameObject } from '../../../domain/object-ref.ts';
import { createOwnerIndex } from '../../../domain/owners.ts';
import { podTemplatePath } from '../../../domain/pod-template.ts';
import { findObject, refOfKind } from '../../../domain/snapshot.ts';
import { startsWith } from '../object-diff.ts';
import type { ProposeContext } from '../proposer.ts';
import { isReady } from '../pod-state.ts';
import { failingPods, revisionOf } from '../ran-before.ts';
import { SAME_ROLLOUT } from './beginning.ts';
import { besideFails } from './beside.ts';
import { SKEW } from '../deployments.ts';
import { symptomText } from '../symptom-text.ts';
import { namedUnits } from './named.ts';
import { firstRunAfter } from './schedule.ts';
import { time } from '../time.ts';
import type { Unit } from './units.ts';
import { selectorMatches } from '../workloads.ts';

/** Causes that another object than the pod can make: a failure of these in earlier pods too is no matter of the revision. */
const RUNTIME = /^(?:crash|probe)\//;

/** Ready for longer than this is more than a moment between two crashes. */
const CALM = 5 * 60 * 1000;

/**
 * Why the failure is not the last deployment's doing, whatever that changed: pods of the earlier revision fail as well, the
 * workload failed before it, or the symptom names a Service that is down. Undefined where nothing shows that.
 */
export async function outside(
  context: ProposeContext,
  units: readonly Unit[],
  startedAt: number | undefined,
): Promise<string | undefined> {
  const shared = await sharedUnit(units, context);
  return (
    (shared ? undefined : earlierFail(context, startedAt)) ??
    besideFails(context) ??
    (startedAt === undefined ? undefined : (downBefore(context, startedAt) ?? missedBefore(context, startedAt))) ??
    (await downService(context, units))
  );
}

/**
 * The one change outside the template that the symptom names: what pods of all revisions read (a ConfigMap) explains that those of an
 * earlier one fail as well.
 */
export async function sharedUnit(units: readonly Unit[], context: ProposeContext): Promise<Unit | undefined> {
  const [only, ...more] = await namedUnits(units, context);
  return only === undefined || more.length > 0 || isInTemplate(only, context) ? undefined : only;
}

/** Whether a unit is part of what the workload's own pods are made of, and so of one revision only. */
export function isInTemplate({ object, path }: Unit, { declared }: ProposeContext): boolean {
  const template = podTemplatePath(declared.ref.kind);
  return template !== undefined && sameObject(object.ref, declared.ref) && startsWith(path, template);
}

/** Pods of an earlier revision that live on and are not ready, with none beside them that is, or fail in the same container. */
export function earlierFail(
  context: ProposeContext,
  startedAt: number | undefined,
  madeBefore = Number.POSITIVE_INFINITY,
): string | undefined {
  const failing = new Set(failingPods(context).map(revisionOf));
  if (failing.size === 0 || context.incident.object.kind === 'CronJob') return undefined;
  const earlier = livingPods(context).filter(
    (pod) => !failing.has(revisionOf(pod)) && (time(pod.metadata.creationTimestamp) ?? 0) < madeBefore,
  );
  const same = earlier.find((pod) => failsToo(pod, context, startedAt));
  const one = same ?? (earlier.every((pod) => !isReady(pod)) ? earlier[0] : undefined);
  return one && `${one.metadata.name}, of the earlier revision, fails as well`;
}

/** Whether the container is not ready here either, or has failed since the last deployment began. */
function failsToo({ status }: Pod, { incident }: ProposeContext, startedAt: number | undefined): boolean {
  const own = status?.containerStatuses?.find(({ name }) => name === incident.container);
  if (!RUNTIME.test(incident.cause) || own === undefined) return false;
  const { exitCode = 0, finishedAt } = own.lastState?.terminated ?? {};
  const ended = exitCode === 0 ? undefined : time(finishedAt);
  return own.ready === false || (ended !== undefined && startedAt !== undefined && ended > startedAt);
}

/**
 * A pod of the very revision that fails, which runs well: the template is not the reason then. `asNew` where it started with
 * the failing ones or later, so that what the template refers to is not the reason either.
 */
export function runsWell(context: ProposeContext): { readonly name: string; readonly asNew: boolean } | undefined {
  const { incident, snapshot } = context;
  // Of one template, a processor may run it and another one not.
  if (!RUNTIME.test(incident.cause) || incident.cause === 'crash/architecture') return undefined;
  const failing = failingPods(context);
  const revisions = new Set(failing.map(revisionOf));
  const first = Math.min(...failing.map(({ metadata }) => time(metadata.creationTimestamp) ?? Number.NaN));
  const well = livingPods(context).filter(
    (pod) =>
      !failing.includes(pod) && revisions.has(revisionOf(pod)) && isCalm(pod, incident.container, snapshot.takenAt),
  );
  const asNew = well.find(({ metadata }) => (time(metadata.creationTimestamp) ?? 0) > first - SAME_ROLLOUT);
  const pod = asNew ?? well[0];
  return pod && { name: pod.metadata.name, asNew: pod === asNew };
}

/** Ready for some time, and without an end of the container: a crashing one is ready for moments, where no probe asks. */
function isCalm(pod: Pod, container: string | undefined, takenAt: string): boolean {
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  const since = ready?.status === 'True' ? time(ready.lastTransitionTime) : undefined;
  const own = pod.status?.containerStatuses?.find(({ name }) => name === container);
  return since !== undefined && Date.parse(takenAt) - since > CALM && (own?.restartCount ?? 0) === 0;
}

/** The pods of the incident's workload, of all revisions. */
export function livingPods({ incident, snapshot }: ProposeContext): Pod[] {
  const owners = createOwnerIndex(snapshot);
  return snapshot.objects.Pod.filter(
    (pod) =>
      pod.metadata.namespace === incident.object.namespace &&
      isAlive(pod) &&
      refKey(owners.topOwner(refOfKind('Pod', pod.metadata))) === refKey(incident.object),
  );
}

function isAlive({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && status?.phase !== 'Failed' && status?.phase !== 'Succeeded';
}

/** A Deployment that was not available when the last deployment began was broken by something before. */
export function downBefore({ incident, snapshot }: ProposeContext, startedAt: number): string | undefined {
  const { kind, name, namespace } = incident.object;
  if (kind !== 'Deployment') return undefined;
  const conditions = findObject(snapshot, 'Deployment', name, namespace)?.status?.conditions;
  const available = conditions?.find(({ type }) => type === 'Available');
  const since = available?.status === 'False' ? time(available.lastTransitionTime) : undefined;
  if (since === undefined || since > startedAt - SKEW) return undefined;
  return `it has not been available since ${available?.lastTransitionTime}, before the last deployment`;
}

/** A CronJob's run that was due after the last success and before the deployment had the earlier template, and did not succeed. */
export function missedBefore({ incident, snapshot }: ProposeContext, startedAt: number): string | undefined {
  const { kind, name, namespace } = incident.object;
  const live = kind === 'CronJob' ? findObject(snapshot, 'CronJob', name, namespace) : undefined;
  const success = time(live?.status?.lastSuccessfulTime);
  const due = live && success !== undefined ? firstRunAfter(live.spec, success, startedAt - SKEW) : undefined;
  return due === undefined
    ? undefined
    : `the run of ${new Date(due).toISOString()}, before the last deployment, did not succeed either`;
}

/**
 * A Service that the symptom's words name and that has no ready pod. The workload's own do not count, nor does one that it was
 * only now told to use.
 */
export async function downService(context: ProposeContext, units: readonly Unit[]): Promise<string | undefined> {
  const { incident, snapshot } = context;
  if (!RUNTIME.test(incident.cause)) return undefined;
  const text = await symptomText(context);
  const own = failingPods(context);
  const now = JSON.stringify(units.flatMap(({ leaves }) => leaves.map(({ from }) => from ?? null)));
  for (const { metadata, spec } of snapshot.objects.Service) {
    const { name, namespace = '' } = metadata;
    const selects = (pod: Pod): boolean =>
      pod.metadata.namespace === namespace && selectorMatches(spec?.selector ?? {}, pod.metadata.labels ?? {});
    if (Object.keys(spec?.selector ?? {}).length === 0 || own.some(selects)) continue;
    const other = namespace === incident.object.namespace ? undefined : namespace;
    if (!namesHost(text, name, other) || namesHost(now, name, other)) continue;
    if (snapshot.objects.Pod.some((pod) => selects(pod) && isAlive(pod) && isReady(pod))) continue;
    return `the symptom names ${formatRef(refOfKind('Service', metadata))}, which has no ready pod: it depends on that`;
  }
  return undefined;
}

/** Whether a text holds a Service's name as a host: alone, or with its namespace; that must be there for one of another. */
export function namesHost(text: string, name: string, namespace: string | undefined): boolean {
  const host = namespace === undefined ? `${name}(?![\\w-])` : `${name}\\.${namespace}(?![\\w-])`;
  return new RegExp(`(?<![\\w.-])${host}`).test(text);
}
