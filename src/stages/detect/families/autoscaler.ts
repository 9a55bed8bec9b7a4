import type { HorizontalPodAutoscaler } from '../../../domain/kubernetes/cluster-objects.ts';
import type { Condition } from '../../../domain/kubernetes/meta.ts';
import type { Container, Pod, PodSpec } from '../../../domain/kubernetes/pod.ts';
import type { ObjectRef } from '../../../domain/object-ref.ts';
import { groupOf } from '../../../domain/object-ref.ts';
import { KINDS } from '../../../domain/kubernetes/kinds.ts';
import { refOfKind } from '../../../domain/snapshot.ts';
import type { NewEvidence } from '../../../domain/evidence.ts';
import { defineDetector } from '../detector.ts';
import type { Seen } from '../detector.ts';
import { fieldEvidence } from '../evidence.ts';
import { subjectOf } from '../references.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

/**
 * Autoscalers that cannot do their work for a reason that manifests hold. Not among them: metrics that are not there
 * (a missing metrics server is the cluster's matter), a target that is scaled to zero, and one that is at its limit.
 * Facts: `missing`, or `autoscaling`. Subject: the target, the container, or the resource.
 */
export const autoscaler = defineDetector({
  name: 'autoscaler',
  needs: ['HorizontalPodAutoscaler', 'Deployment', 'StatefulSet', 'ReplicaSet', 'Pod'],
  causes: {
    'autoscaler/target-missing': {
      title: 'Nothing to scale',
      severity: 'warning',
      docs: 'The HorizontalPodAutoscaler names a workload that does not exist, so nothing is scaled.',
    },
    'autoscaler/container-missing': {
      title: 'Metric of a container that does not exist',
      severity: 'warning',
      docs: 'The HorizontalPodAutoscaler goes by a container that its target’s pods do not have.',
    },
    'autoscaler/request-missing': {
      title: 'No request to scale by',
      severity: 'warning',
      docs: 'A HorizontalPodAutoscaler goes by the share of a request that containers of the workload do not make.',
    },
    'autoscaler/several-for-one': {
      title: 'Several autoscalers for the same pods',
      severity: 'warning',
      docs: 'Several HorizontalPodAutoscalers have the same pods, so none of them scales anything.',
    },
  },
  detect(index, report) {
    for (const scaler of index.snapshot.objects.HorizontalPodAutoscaler) {
      const object = refOfKind('HorizontalPodAutoscaler', scaler.metadata);
      if (!index.judged(object)) continue;
      const failing = failingCondition(scaler);
      if (failing === undefined || index.age(failing.lastTransitionTime) < index.policy.minimumAgeSeconds) continue;
      const said = fieldEvidence(
        object,
        `status.conditions[type=${failing.type}].message`,
        failing.message ?? '',
        failing.lastTransitionTime,
      );
      const base = { object, since: failing.lastTransitionTime };
      if (failing.type === 'AbleToScale') {
        const seen = targetMissing(index, scaler, failing);
        if (seen !== undefined)
          report('autoscaler/target-missing', { ...base, ...seen, evidence: [...seen.evidence, said] });
      } else if (failing.reason === 'AmbiguousSelector') {
        const { kind, name } = scaler.spec.scaleTargetRef;
        const summary = `the pods of ${kind} ${name} have several autoscalers, so none scales them`;
        report('autoscaler/several-for-one', { ...base, summary, evidence: [said], facts: {} });
      } else {
        for (const seen of containersMissing(index, scaler)) {
          report('autoscaler/container-missing', { ...base, ...seen, evidence: [...seen.evidence, said] });
        }
        for (const seen of requestsMissing(index, scaler, failing)) {
          report('autoscaler/request-missing', { ...base, ...seen, evidence: [said, ...seen.evidence] });
        }
      }
    }
  },
});

type Told = Pick<Seen, 'subject' | 'summary' | 'facts'> & { readonly evidence: readonly NewEvidence[] };

const METRICS = new Set(['FailedGetResourceMetric', 'FailedGetContainerResourceMetric']);

/**
 * The condition that tells why nothing is scaled (k8s.io/kubernetes pkg/controller/podautoscaler/horizontal.go). Without
 * a target the conditions about metrics are left as they were, so they do not count.
 */
function failingCondition({ status }: HorizontalPodAutoscaler): Condition | undefined {
  const off = (status?.conditions ?? []).filter(({ status: value }) => value === 'False');
  const able = off.find(({ type }) => type === 'AbleToScale');
  if (able !== undefined) return able.reason === 'FailedGetScale' ? able : undefined;
  return off.find(
    ({ type, reason = '' }) => type === 'ScalingActive' && (reason === 'AmbiguousSelector' || METRICS.has(reason)),
  );
}

/** The words of the API for an object, and for a kind, that it does not have: anything else (a right, a time-out) passes. */
const NO_SUCH_TARGET = /"[^"]+" not found$|no matches for kind "/;

function targetMissing(
  index: SnapshotIndex,
  { metadata, spec }: HorizontalPodAutoscaler,
  { message = '' }: Condition,
): Told | undefined {
  const { apiVersion = '', kind, name } = spec.scaleTargetRef;
  const { namespace = '' } = metadata;
  const target = targetOf(index, { metadata, spec });
  if (target !== undefined || !NO_SUCH_TARGET.test(message)) return undefined;
  const missing = { kind, namespace, name, field: 'spec.scaleTargetRef' };
  const group = groupOf(apiVersion) === '' ? 'the core API' : groupOf(apiVersion);
  const what = /no matches for kind/.test(message)
    ? `${kind} of ${group}, a kind that does not exist`
    : `${kind} ${name}, which does not exist`;
  return {
    subject: subjectOf(missing),
    summary: `the autoscaler’s target is ${what}`,
    evidence: [
      fieldEvidence(
        refOfKind('HorizontalPodAutoscaler', metadata),
        'spec.scaleTargetRef',
        [apiVersion, kind, name].join(' ').trim(),
      ),
    ],
    facts: { missing },
  };
}

interface Target {
  readonly ref: ObjectRef;
  readonly spec: PodSpec;
  readonly pods: readonly Pod[];
}

/** The workload that an autoscaler names, where it is one of Kubernetes’ own that can be scaled, and exists. */
function targetOf(
  index: SnapshotIndex,
  { metadata, spec }: Pick<HorizontalPodAutoscaler, 'metadata' | 'spec'>,
): Target | undefined {
  const { apiVersion = '', kind, name } = spec.scaleTargetRef;
  if (kind !== 'Deployment' && kind !== 'StatefulSet') return undefined;
  if (groupOf(apiVersion) !== groupOf(KINDS[kind].apiVersion)) return undefined;
  const found = index.find<'Deployment' | 'StatefulSet'>(kind, name, metadata.namespace);
  const ref = found && refOfKind(kind, found.metadata);
  return found && ref && { ref, spec: found.spec.template.spec, pods: index.podsBelow(ref) };
}

/** Containers that requests and metrics are counted of: sidecars are among them. */
function countedIn({ containers, initContainers = [] }: PodSpec): PodSpec['containers'] {
  return [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')];
}

/** Pods may have containers that their template does not: those that a webhook puts in. */
function* containersMissing(index: SnapshotIndex, scaler: HorizontalPodAutoscaler): Generator<Told> {
  const target = targetOf(index, scaler);
  if (target === undefined || target.pods.length === 0) return;
  const names = new Set(
    [target.spec, ...target.pods.map(({ spec }) => spec)].flatMap((spec) => countedIn(spec).map(({ name }) => name)),
  );
  const object = refOfKind('HorizontalPodAutoscaler', scaler.metadata);
  for (const [i, { containerResource }] of (scaler.spec.metrics ?? []).entries()) {
    if (containerResource === undefined || names.has(containerResource.container)) continue;
    const { container, name: resource } = containerResource;
    yield {
      subject: container,
      summary: `the autoscaler goes by container ${container}, and ${target.ref.kind} ${target.ref.name} has ${[...names].sort().join(', ')}`,
      evidence: [
        fieldEvidence(object, `spec.metrics[${i}].containerResource.container`, container),
        fieldEvidence(target.ref, 'spec.template.spec.containers[*].name', [...names].sort().join(', ')),
      ],
      facts: { autoscaling: { resource, container } },
    };
  }
}

/**
 * On the workload, whose manifest lacks the request: one for each container that makes none, in its template and in its
 * pods. Pods may make one that the template does not: a LimitRange adds it, or a limit stands for it.
 */
function* requestsMissing(
  index: SnapshotIndex,
  { metadata, spec }: HorizontalPodAutoscaler,
  { message = '' }: Condition,
): Generator<Told & Pick<Seen, 'object' | 'container'>> {
  const resource = /missing request for (\S+)/.exec(message)?.[1];
  const target = targetOf(index, { metadata, spec });
  if (resource === undefined || target === undefined || !index.judged(target.ref)) return;
  const whole = spec.metrics?.some((metric) => metric.resource?.name === resource);
  const named = new Set(spec.metrics?.map(({ containerResource }) => containerResource?.container));
  const lacks = (pod: PodSpec): readonly Container[] =>
    countedIn(pod).filter(({ resources }) => resources?.requests?.[resource] === undefined);
  const inPods = new Set(target.pods.flatMap((pod) => lacks(pod.spec).map(({ name }) => name)));
  for (const { name, restartPolicy } of lacks(target.spec)) {
    if (!inPods.has(name) || (whole !== true && !named.has(name))) continue;
    yield {
      object: target.ref,
      container: { name, type: restartPolicy === 'Always' ? 'sidecar' : 'container' },
      subject: resource,
      summary: `autoscaler ${metadata.name} goes by the request for ${resource}, and container ${name} makes none`,
      evidence: [
        fieldEvidence(target.ref, `spec.template.spec.containers[name=${name}].resources.requests`, 'not set'),
      ],
      facts: { autoscaling: { resource, container: name } },
    };
  }
}
