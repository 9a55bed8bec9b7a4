import type { Pod } from '../../domain/kubernetes/pod.ts';
import { findObject } from '../../domain/snapshot.ts';
import { deploymentsOf } from './deployments.ts';
import { time } from './time.ts';
import { wasStarted } from './pod-state.ts';
import type { ProposeContext } from './proposer.ts';

const REVISION = 'controller-revision-hash';

/**
 * What shows that pods of the very template that fails now ran before; undefined where nothing does. A name in such a
 * template was right once, so what it names has gone: it is no slip of the pen, however near another name may be.
 */
export function ranBefore(context: ProposeContext): string | undefined {
  const { incident, snapshot } = context;
  // A bare pod's image can be changed while it lives: that it ran says nothing about what it names now.
  if (incident.object.kind === 'Pod') return undefined;
  if (incident.object.kind === 'CronJob') return succeeded(context);
  const failing = failingPods(context);
  const again = failing.find((pod) => hasRun(pod, incident.container));
  if (again) return `the containers of ${again.metadata.name} ran before, with the same template`;
  const names = new Set(failing.map(({ metadata }) => metadata.name));
  const revisions = revisionsOf(context, failing);
  const other = snapshot.objects.Pod.find(
    (pod) =>
      pod.metadata.namespace === incident.object.namespace &&
      !names.has(pod.metadata.name) &&
      revisions.has(revisionOf(pod) ?? '') &&
      hasRun(pod, incident.container),
  );
  if (other) return `${other.metadata.name} ran with the same template`;
  return [...revisions].some((revision) => rolledOut(context, revision))
    ? 'this very template was rolled out to the end before'
    : undefined;
}

/** Whether the Deployment says that this ReplicaSet became available as a whole once (deployment controller, `NewReplicaSetAvailable`). */
export function rolledOut({ incident, snapshot }: ProposeContext, set: string): boolean {
  const { kind, name, namespace } = incident.object;
  if (kind !== 'Deployment') return false;
  const conditions = findObject(snapshot, 'Deployment', name, namespace)?.status?.conditions;
  const progressing = conditions?.find(({ type }) => type === 'Progressing');
  if (progressing?.status !== 'True' || progressing.reason !== 'NewReplicaSetAvailable') return false;
  const named = /ReplicaSet "([^"]+)"/.exec(progressing.message ?? '')?.[1];
  return named === undefined || named === set;
}

/** A CronJob's run that ended well after the last deployment had the template of now. */
function succeeded({ incident, snapshot, applicationStatus, location }: ProposeContext): string | undefined {
  const live = findObject(snapshot, 'CronJob', incident.object.name, incident.object.namespace);
  const success = time(live?.status?.lastSuccessfulTime);
  const deployed = deploymentsOf(applicationStatus, location).at(-1)?.startedAt;
  if (success === undefined || deployed === undefined || success <= deployed) return undefined;
  return `a run succeeded at ${live?.status?.lastSuccessfulTime}, with the same template`;
}

/** The pods that show the failure. */
export function failingPods({ incident, snapshot }: ProposeContext): Pod[] {
  return incident.affected.flatMap(({ kind, name }) => {
    const pod = kind === 'Pod' ? findObject(snapshot, 'Pod', name, incident.object.namespace) : undefined;
    return pod ? [pod] : [];
  });
}

/** The revisions that fail: those of failing pods, and ReplicaSets that can make none. */
function revisionsOf({ incident }: ProposeContext, failing: readonly Pod[]): Set<string> {
  const sets = incident.affected.flatMap(({ kind, name }) => (kind === 'ReplicaSet' ? [name] : []));
  return new Set([...sets, ...failing.flatMap((pod) => revisionOf(pod) ?? [])]);
}

/** A pod's revision: its ReplicaSet's name, or the hash that StatefulSets and DaemonSets give their pods. */
export function revisionOf({ metadata }: Pod): string | undefined {
  const owner =
    metadata.ownerReferences?.find(({ controller }) => controller === true) ?? metadata.ownerReferences?.[0];
  const hash = metadata.labels?.[REVISION];
  if (owner?.kind === 'ReplicaSet') return owner.name;
  return owner === undefined || hash === undefined ? undefined : `${owner.kind}/${owner.name}/${hash}`;
}

/** Whether the container was ever started in this pod; all of them, where none is named. */
function hasRun({ status }: Pod, container: string | undefined): boolean {
  const { containerStatuses = [], initContainerStatuses = [] } = status ?? {};
  if (container === undefined) return containerStatuses.length > 0 && containerStatuses.every(wasStarted);
  return [...containerStatuses, ...initContainerStatuses].some((one) => one.name === container && wasStarted(one));
}
