import type { NewEvidence } from '../../../domain/evidence.ts';
import type { MissingReference, RefusalFacts } from '../../../domain/finding.ts';
import type { Kind } from '../../../domain/kubernetes/kinds.ts';
import type { ObjectMeta } from '../../../domain/kubernetes/meta.ts';
import type { PodSpec } from '../../../domain/kubernetes/pod.ts';
import type { ObjectRef } from '../../../domain/object-ref.ts';
import { refOfKind } from '../../../domain/snapshot.ts';
import { defineDetector } from '../detector.ts';
import { firstSeen, lastSeen } from '../event-index.ts';
import { eventEvidence, fieldEvidence } from '../evidence.ts';
import { resolveLimitRange } from '../limit-range.ts';
import { parseRefusal } from '../messages/admission.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

/** Pods that admission refuses. Facts: `refusal`; `missing` for a ServiceAccount or class. Subject: name of what refuses, or misses. */
export const replicas = defineDetector({
  name: 'replicas',
  needs: ['ReplicaSet'],
  causes: {
    'replicas/quota': { title: 'Quota exceeded', severity: 'critical', docs: 'A ResourceQuota refuses the pods.' },
    'replicas/limit-range': {
      title: 'Outside the LimitRange',
      severity: 'critical',
      docs: 'A LimitRange refuses the pods’ requests or limits.',
    },
    'replicas/pod-security': {
      title: 'Pod Security refuses',
      severity: 'critical',
      docs: 'The namespace’s Pod Security level refuses the pods.',
    },
    'replicas/service-account': {
      title: 'ServiceAccount missing',
      severity: 'critical',
      docs: 'The pods name a ServiceAccount that does not exist.',
    },
    'replicas/class-missing': {
      title: 'Class missing',
      severity: 'critical',
      docs: 'The pods name a PriorityClass or RuntimeClass that does not exist.',
    },
    'replicas/webhook': {
      title: 'Admission webhook or policy refuses',
      severity: 'critical',
      docs: 'An admission webhook or policy refuses the pods, or cannot be asked.',
    },
    'replicas/other': {
      title: 'Pods refused',
      severity: 'critical',
      docs: 'The API server refuses the pods, for a reason in other words.',
    },
  },
  detect(index, report) {
    for (const { object, metadata, template } of creators(index)) {
      const told = complaint(index, object, metadata);
      if (told === undefined || index.age(told.since) < index.policy.minimumAgeSeconds) continue;
      if (!index.judged(object)) continue;
      const parsed = parseRefusal(told.text);
      const { missing: named, ...words } = parsed;
      const namespace = metadata.namespace ?? '';
      const refusal = parsed.by === 'limit-range' ? resolveLimitRange(index, namespace, words, template) : words;
      const missing: MissingReference | undefined = named && {
        ...named,
        namespace: named.kind === 'ServiceAccount' ? namespace : '',
      };
      const what = refusal.by === 'policy' ? 'webhook' : refusal.by;
      const by = what === 'other' && missing !== undefined ? 'class-missing' : what;
      report(`replicas/${by}`, {
        object,
        subject: missing === undefined ? subjectOf(refusal) : `${missing.kind}/${missing.name}`,
        summary: `pods cannot be created: ${missing === undefined ? sentence(refusal) : `${missing.kind} ${missing.name} does not exist`}`,
        since: told.since,
        evidence: told.evidence,
        facts: { refusal, ...(missing === undefined ? {} : { missing }) },
      });
    }
  },
});

interface Creator {
  readonly object: ObjectRef;
  readonly metadata: ObjectMeta;
  readonly template: PodSpec | undefined;
}

function creator(kind: Kind, metadata: ObjectMeta, template: PodSpec | undefined): Creator {
  return { object: refOfKind(kind, metadata), metadata, template };
}

/** Objects that create pods and lack some. */
function* creators(index: SnapshotIndex): Generator<Creator> {
  const { ReplicaSet, StatefulSet, DaemonSet, Job } = index.snapshot.objects;
  for (const { metadata, spec, status } of ReplicaSet) {
    if (lacks(status?.replicas, spec.replicas)) yield creator('ReplicaSet', metadata, spec.template?.spec);
  }
  yield* deploymentsWithoutSets(index);
  for (const { metadata, spec, status } of StatefulSet) {
    if (lacks(status?.replicas, spec.replicas)) yield creator('StatefulSet', metadata, spec.template.spec);
  }
  for (const { metadata, spec, status } of DaemonSet) {
    const { currentNumberScheduled, desiredNumberScheduled } = status ?? {};
    if (lacks(currentNumberScheduled, desiredNumberScheduled)) yield creator('DaemonSet', metadata, spec.template.spec);
  }
  for (const { metadata, spec, status } of Job) {
    const { active = 0, failed = 0, succeeded = 0 } = status ?? {};
    if (lacks(active + failed + succeeded)) yield creator('Job', metadata, spec.template.spec);
  }
}

function lacks(actual = 0, wanted = 1): boolean {
  return actual < wanted;
}

/** A Deployment copies the condition of its ReplicaSet, which a snapshot written by hand may leave out. */
function* deploymentsWithoutSets({ snapshot }: SnapshotIndex): Generator<Creator> {
  const owned = new Set(
    snapshot.objects.ReplicaSet.map(({ metadata }) => `${metadata.namespace}/${metadata.ownerReferences?.[0]?.name}`),
  );
  for (const { metadata, spec } of snapshot.objects.Deployment) {
    if (!owned.has(`${metadata.namespace}/${metadata.name}`)) yield creator('Deployment', metadata, spec.template.spec);
  }
}

interface Complaint {
  readonly text: string;
  readonly since: string | undefined;
  readonly evidence: readonly NewEvidence[];
}

/** A ReplicaSet (and its Deployment) says it in a condition; the other kinds only in events, which count until a pod could be created again. */
function complaint(index: SnapshotIndex, object: ObjectRef, metadata: ObjectMeta): Complaint | undefined {
  const { kind, name, namespace } = object;
  const creator = kind === 'ReplicaSet' || kind === 'Deployment' ? index.find(kind, name, namespace) : undefined;
  const condition = creator?.status?.conditions?.find(
    ({ type, status, reason }) => type === 'ReplicaFailure' && status === 'True' && reason === 'FailedCreate',
  );
  const events = index.eventsOf(object, metadata).filter(({ reason }) => reason === 'FailedCreate');
  const [event] = events;
  const told = event === undefined ? [] : [eventEvidence(object, event)];
  const oldest = events
    .map(firstSeen)
    .filter((time) => time !== undefined)
    .sort()[0];
  if (condition?.message !== undefined) {
    const since = condition.lastTransitionTime;
    const path = 'status.conditions[type=ReplicaFailure].message';
    return {
      text: condition.message,
      since,
      evidence: [fieldEvidence(object, path, condition.message, since), ...told],
    };
  }
  const created = index.eventsOf(object, metadata).find(({ reason }) => reason === 'SuccessfulCreate');
  const overcome = created !== undefined && index.age(lastSeen(created)) < index.age(event && lastSeen(event));
  if (event?.message === undefined || overcome) return undefined;
  return { text: event.message, since: oldest, evidence: told };
}

/** Names come from the parsed words; a LimitRange, which the message does not name, is told by the bound it sets. */
function subjectOf({ by, name, resources = [] }: RefusalFacts): string | undefined {
  if (by !== 'limit-range') return name;
  const bounds = resources.map(({ resource, bound }) => `${resource}:${bound}`);
  return [...new Set(bounds)].sort().join(',');
}

function sentence({ by, name, unasked, resources = [] }: RefusalFacts): string {
  const what = resources.map(({ resource }) => resource).join(', ');
  switch (by) {
    case 'quota':
      return resources.some(({ requested }) => requested !== undefined)
        ? `ResourceQuota ${name} is exceeded (${what})`
        : `ResourceQuota ${name} demands that they name ${what}`;
    case 'limit-range':
      return `a LimitRange refuses ${resources
        .map(({ resource, requested = 'unset', limited, bound }) => `${resource} ${requested} (${bound} ${limited})`)
        .join(', ')}`;
    case 'pod-security':
      return `Pod Security ${name} is violated`;
    case 'webhook':
      return unasked === true ? `admission webhook ${name} cannot be asked` : `admission webhook ${name} refuses them`;
    case 'policy':
      return `admission policy ${name} refuses them`;
    case 'service-account':
    case 'other':
      return 'the API server refuses them';
  }
}
