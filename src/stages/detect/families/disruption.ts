import type { PodDisruptionBudget } from '../../../domain/kubernetes/cluster-objects.ts';
import { selects } from '../../../domain/kubernetes/meta.ts';
import type { ObjectRef } from '../../../domain/object-ref.ts';
import { refOfKind } from '../../../domain/snapshot.ts';
import { defineDetector } from '../detector.ts';
import type { Seen } from '../detector.ts';
import { fieldEvidence } from '../evidence.ts';
import { nearestTemplate } from '../near-labels.ts';
import type { PodSelector } from '../service-pods.ts';
import { createPodSelector } from '../service-pods.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

/**
 * Budgets that never let a pod go, or that protect none. Both are told and never mended: a budget is policy, and what was
 * meant by it is not known. Facts: `selector`. Subject: the label pairs.
 */
export const disruption = defineDetector({
  name: 'disruption',
  needs: ['PodDisruptionBudget', 'Deployment', 'StatefulSet', 'DaemonSet'],
  causes: {
    'disruption/no-room': {
      title: 'Budget lets no pod go',
      severity: 'info',
      docs: 'The PodDisruptionBudget wants as many pods as there are at all, so a node with one of them cannot be drained.',
    },
    'disruption/no-matching-pods': {
      title: 'Budget protects no pod',
      severity: 'warning',
      docs: 'The PodDisruptionBudget’s selector matches no pod, while a workload with nearly the same labels exists.',
    },
  },
  detect(index, report) {
    const lookups = lookupsOf(index);
    for (const budget of index.snapshot.objects.PodDisruptionBudget) {
      const { metadata, status } = budget;
      const object = refOfKind('PodDisruptionBudget', metadata);
      if (!index.judged(object) || index.age(metadata.creationTimestamp) < index.policy.minimumAgeSeconds) continue;
      if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) continue;
      const blocking = noRoom(index, budget, lookups);
      if (blocking !== undefined) report('disruption/no-room', { object, ...blocking });
      const idle = status?.expectedPods === 0 ? protectsNobody(budget, lookups.selector()) : undefined;
      if (idle !== undefined) report('disruption/no-matching-pods', { object, ...idle });
    }
  },
});

type Told = Omit<Seen, 'object'>;

/**
 * All wanted pods are there and healthy, and still none may go. Who writes that none may be missing (`maxUnavailable: 0`,
 * `minAvailable: 100%`) has said so in as many words; and where an autoscaler may add pods, there may be room later.
 */
function noRoom(index: SnapshotIndex, budget: PodDisruptionBudget, lookups: Lookups): Told | undefined {
  const { metadata, spec, status } = budget;
  const { minAvailable } = spec ?? {};
  const { expectedPods = 0, desiredHealthy = 0, currentHealthy = 0, disruptionsAllowed, conditions } = status ?? {};
  const refused = conditions?.find(({ type, status: value }) => type === 'DisruptionAllowed' && value === 'False');
  if (refused?.reason !== 'InsufficientPods' || disruptionsAllowed !== 0) return undefined;
  if (minAvailable === undefined || minAvailable === '100%') return undefined;
  if (expectedPods === 0 || desiredHealthy < expectedPods || currentHealthy < expectedPods) return undefined;
  if (index.age(refused.lastTransitionTime) < index.policy.minimumAgeSeconds) return undefined;
  if (mayGrow(budget, expectedPods, lookups)) return undefined;
  const object = refOfKind('PodDisruptionBudget', metadata);
  return {
    summary: `the budget wants ${desiredHealthy} healthy pods of ${expectedPods}, so none of them can be evicted`,
    since: refused.lastTransitionTime,
    evidence: [
      fieldEvidence(object, 'spec.minAvailable', String(minAvailable)),
      fieldEvidence(
        object,
        'status',
        JSON.stringify({ expectedPods, desiredHealthy, disruptionsAllowed }),
        refused.lastTransitionTime,
      ),
    ],
    facts: { reason: refused.reason },
  };
}

/** Whether an autoscaler may make more pods than there are now, of a workload whose pods the budget counts. */
function mayGrow({ metadata, spec }: PodDisruptionBudget, now: number, { selector, most }: Lookups): boolean {
  const templates = selector().templatesIn(metadata.namespace ?? '');
  return templates.some(
    ({ ref, labels }) => selects(spec?.selector ?? {}, labels) && (most().get(keyOf(ref)) ?? 0) > now,
  );
}

function keyOf({ namespace = '', kind, name }: Pick<ObjectRef, 'namespace' | 'kind' | 'name'>): string {
  return `${namespace}/${kind}/${name}`;
}

/** What is built only where a budget asks for it. */
interface Lookups {
  readonly selector: () => PodSelector;
  /** The most replicas that an autoscaler may give each workload. */
  readonly most: () => ReadonlyMap<string, number>;
}

function lookupsOf(index: SnapshotIndex): Lookups {
  const scalers = index.snapshot.objects.HorizontalPodAutoscaler;
  return {
    selector: lazily(() => createPodSelector(index)),
    most: lazily(
      () =>
        new Map(
          scalers.map(({ metadata: { namespace = '' }, spec }) => [
            keyOf({ ...spec.scaleTargetRef, namespace }),
            spec.maxReplicas,
          ]),
        ),
    ),
  };
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function protectsNobody({ metadata, spec }: PodDisruptionBudget, selector: PodSelector): Told | undefined {
  const { matchLabels = {}, matchExpressions = [] } = spec?.selector ?? {};
  if (matchExpressions.length > 0 || Object.keys(matchLabels).length === 0) return undefined;
  const templates = selector.templatesIn(metadata.namespace ?? '');
  if (templates.some(({ labels }) => selects({ matchLabels }, labels))) return undefined;
  const near = nearestTemplate(matchLabels, templates);
  if (near === undefined) return undefined;
  const pairs = Object.entries(near.unmatched).map(([key, value]) => `${key}=${value}`);
  const { ref, labels } = near.template;
  return {
    subject: pairs.join(','),
    summary: `no pod has ${pairs.join(', ')}; ${ref.kind} ${ref.name} is near`,
    evidence: [
      fieldEvidence(
        refOfKind('PodDisruptionBudget', metadata),
        'spec.selector.matchLabels',
        JSON.stringify(matchLabels),
      ),
      fieldEvidence(ref, 'spec.template.metadata.labels', JSON.stringify(labels)),
    ],
    facts: { selector: near.unmatched },
  };
}
