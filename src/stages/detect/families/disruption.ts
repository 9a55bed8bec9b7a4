import type { PodDisruptionBudget } from '../../../domain/kubernetes/cluster-objects.ts';
import { selects } from '../../../domain/kubernetes/meta.ts';
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
    const selector = lazily(() => createPodSelector(index));
    for (const budget of index.snapshot.objects.PodDisruptionBudget) {
      const { metadata, status } = budget;
      const object = refOfKind('PodDisruptionBudget', metadata);
      if (!index.judged(object) || index.age(metadata.creationTimestamp) < index.policy.minimumAgeSeconds) continue;
      if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) continue;
      const blocking = noRoom(index, budget, selector);
      if (blocking !== undefined) report('disruption/no-room', { object, ...blocking });
      const idle = status?.expectedPods === 0 ? protectsNobody(budget, selector()) : undefined;
      if (idle !== undefined) report('disruption/no-matching-pods', { object, ...idle });
    }
  },
});

type Told = Omit<Seen, 'object'>;

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/**
 * All wanted pods are there and healthy, and still none may go. Who writes that none may be missing (`maxUnavailable: 0`,
 * `minAvailable: 100%`) has said so in as many words; and where an autoscaler may add pods, there may be room later.
 */
function noRoom(
  index: SnapshotIndex,
  { metadata, spec, status }: PodDisruptionBudget,
  selector: () => PodSelector,
): Told | undefined {
  const { minAvailable } = spec ?? {};
  const { expectedPods = 0, desiredHealthy = 0, currentHealthy = 0, disruptionsAllowed, conditions } = status ?? {};
  const refused = conditions?.find(({ type, status: value }) => type === 'DisruptionAllowed' && value === 'False');
  if (refused?.reason !== 'InsufficientPods' || disruptionsAllowed !== 0) return undefined;
  if (minAvailable === undefined || minAvailable === '100%') return undefined;
  if (expectedPods === 0 || desiredHealthy < expectedPods || currentHealthy < expectedPods) return undefined;
  if (index.age(refused.lastTransitionTime) < index.policy.minimumAgeSeconds) return undefined;
  if (mayGrow(index, { metadata, spec }, expectedPods, selector())) return undefined;
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
function mayGrow(
  index: SnapshotIndex,
  { metadata, spec }: Pick<PodDisruptionBudget, 'metadata' | 'spec'>,
  now: number,
  selector: PodSelector,
): boolean {
  const { namespace = '' } = metadata;
  const counted = selector.templatesIn(namespace).filter(({ labels }) => selects(spec?.selector ?? {}, labels));
  const names = new Set(counted.map(({ ref }) => `${ref.kind}/${ref.name}`));
  return index.snapshot.objects.HorizontalPodAutoscaler.some(
    (scaler) =>
      scaler.metadata.namespace === namespace &&
      scaler.spec.maxReplicas > now &&
      names.has(`${scaler.spec.scaleTargetRef.kind}/${scaler.spec.scaleTargetRef.name}`),
  );
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
