import type { Event } from '../../../domain/kubernetes/cluster-objects.ts';
import { notReadySince } from '../container-runs.ts';
import type { Seen } from '../detector.ts';
import { defineDetector } from '../detector.ts';
import { firstSeen, lastSeen } from '../event-index.ts';
import { eventEvidence, fieldEvidence } from '../evidence.ts';
import { failedVolume, parseMissing } from '../messages/missing-reference.ts';
import type { PodView } from '../pod-view.ts';
import type { Reference } from '../references.ts';
import { stateOf, subjectOf, toMissing, volumeReferences } from '../references.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

/** Pods that wait for a volume whose object does not exist. Facts: `missing`. Subject: `ConfigMap/name:key` and the like. */
export const volume = defineDetector({
  name: 'volume',
  needs: ['Pod'],
  causes: {
    'volume/configmap-missing': {
      title: 'ConfigMap of a volume missing',
      severity: 'critical',
      docs: 'A volume is made of a ConfigMap that does not exist.',
    },
    'volume/secret-missing': {
      title: 'Secret of a volume missing',
      severity: 'critical',
      docs: 'A volume is made of a Secret that does not exist.',
    },
    'volume/key-missing': {
      title: 'Key of a volume missing',
      severity: 'critical',
      docs: 'A volume picks a key that its ConfigMap or Secret does not have.',
    },
    'volume/claim-missing': {
      title: 'Claim missing',
      severity: 'critical',
      docs: 'A volume uses a PersistentVolumeClaim that does not exist.',
    },
    'volume/mount-failed': {
      title: 'Volume cannot be mounted',
      severity: 'critical',
      docs: 'The node cannot attach or mount a volume: a path, a driver or a share that is not there, or not free.',
    },
  },
  detect(index, report) {
    for (const view of index.pods) {
      if (view.pod.status?.phase !== 'Pending') continue;
      reportMissingClaim(index, view, (seen) => report('volume/claim-missing', seen));
      if (!waitsForVolumes(view)) continue;
      const { pod, ref } = view;
      const namespace = pod.metadata.namespace ?? '';
      const events = index.eventsOf(ref, pod.metadata).filter(({ reason }) => reason === 'FailedMount');
      const found = firstMissing(index, namespace, volumeReferences(pod.spec), events);
      if (found === undefined) {
        reportFailedMount(index, view, (seen) => report('volume/mount-failed', seen));
        continue;
      }
      const since = (found.event && firstSeen(found.event)) ?? notReadySince(view) ?? pod.status?.startTime;
      if (index.age(since) < index.policy.minimumAgeSeconds) continue;
      const missing = toMissing(found.reference, namespace, found.reference.key === undefined);
      const what = `${missing.kind} ${namespace}/${missing.name}`;
      const cause =
        missing.key !== undefined
          ? 'volume/key-missing'
          : missing.kind === 'ConfigMap'
            ? 'volume/configmap-missing'
            : 'volume/secret-missing';
      report(cause, {
        object: ref,
        subject: subjectOf(missing),
        summary:
          missing.key === undefined
            ? `volume ${found.reference.volume} needs ${what}, which does not exist`
            : `volume ${found.reference.volume} needs key ${missing.key} of ${what}, which has no such key`,
        since,
        evidence: [
          fieldEvidence(ref, `spec.${found.reference.field}`, subjectOf(missing)),
          ...(found.event === undefined ? [] : [eventEvidence(ref, found.event)]),
        ],
        facts: { missing },
      });
    }
  },
});

/** Scheduled, and no container has come further than waiting to be created. */
function waitsForVolumes({ pod, containers }: PodView): boolean {
  const unscheduled = pod.status?.conditions?.some(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled === true) return false;
  return containers.every(({ status }) => {
    const { waiting, running, terminated } = status?.state ?? {};
    if (running !== undefined || terminated !== undefined) return false;
    return waiting?.reason === undefined || ['ContainerCreating', 'PodInitializing'].includes(waiting.reason);
  });
}

/** The first reference that the snapshot knows to be unresolved, or that an event names while the snapshot cannot tell. */
function firstMissing(
  index: SnapshotIndex,
  namespace: string,
  references: readonly Reference[],
  events: readonly Event[],
): { readonly reference: Reference; readonly event?: Event } | undefined {
  for (const reference of references) {
    const state = stateOf(index, namespace, reference);
    if (state === 'present') continue;
    const event = events.find((candidate) => tells(candidate.message ?? '', reference));
    const whole = reference.key === undefined;
    if (state === (whole ? 'object-missing' : 'key-missing') || (state === 'unknown' && event !== undefined)) {
      return event === undefined ? { reference } : { reference, event };
    }
  }
  return undefined;
}

function tells(message: string, { kind, name, key, volume }: Reference): boolean {
  const words = parseMissing(message);
  if (words?.kind !== kind || words.key !== key) return false;
  return words.name === undefined ? failedVolume(message) === volume : words.name === name;
}

// Drivers that come up, and volumes that another pod still holds, take minutes where all is well.
const MOUNT_SECONDS = 300;

/** A mount that fails for another reason than a missing object, and still does: the kubelet tries again within two minutes. */
function reportFailedMount(index: SnapshotIndex, { pod, ref }: PodView, report: (seen: Seen) => void): void {
  const event = index
    .eventsOf(ref, pod.metadata)
    .find(({ reason }) => reason === 'FailedMount' || reason === 'FailedAttachVolume');
  const message = event?.message ?? '';
  if (event === undefined || parseMissing(message) !== undefined) return;
  const since = firstSeen(event);
  if (index.age(since) < MOUNT_SECONDS || index.age(lastSeen(event)) > MOUNT_SECONDS) return;
  const told = failedVolume(message);
  const subject = pod.spec.volumes?.find(({ name }) => name === told)?.name;
  const what = subject === undefined ? 'a volume of the pod' : `volume ${subject}`;
  const evidence = [eventEvidence(ref, event)];
  report({ object: ref, subject, summary: `${what} cannot be mounted`, since, evidence, facts: {} });
}

function reportMissingClaim(index: SnapshotIndex, { pod, ref }: PodView, report: (seen: Seen) => void): void {
  const condition = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (condition === undefined) return;
  const namespace = pod.metadata.namespace ?? '';
  const told = /persistentvolumeclaim "([^"]+)" not found/.exec(condition.message ?? '')?.[1];
  for (const { name: volumeName, persistentVolumeClaim: source } of pod.spec.volumes ?? []) {
    if (source === undefined) continue;
    const { claimName } = source;
    const exists = index.find('PersistentVolumeClaim', claimName, namespace) !== undefined;
    // The scheduler looks at claims first: where its message is about something else, the claim was there.
    const silent = condition.message === undefined && index.isMissing('PersistentVolumeClaim', claimName, namespace);
    if (exists || (told !== claimName && !silent)) continue;
    const since = condition.lastTransitionTime ?? pod.metadata.creationTimestamp;
    if (index.age(since) < index.policy.minimumAgeSeconds) continue;
    const field = `volumes[name=${volumeName}].persistentVolumeClaim`;
    const missing = { kind: 'PersistentVolumeClaim', namespace, name: claimName, field };
    report({
      object: ref,
      subject: subjectOf(missing),
      summary: `volume ${volumeName} needs PersistentVolumeClaim ${namespace}/${claimName}, which does not exist`,
      since,
      evidence: [
        fieldEvidence(ref, 'status.conditions[type=PodScheduled].message', condition.message ?? '', since),
        fieldEvidence(ref, `spec.${field}.claimName`, claimName),
      ],
      facts: { missing },
    });
  }
}
