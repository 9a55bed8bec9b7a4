import { selects } from '../../../domain/kubernetes/meta.ts';
import { quantity } from '../../../domain/quantity.ts';
import { podAmounts } from '../admission/pod-resources.ts';
import type { Pod, PodSpec } from '../objects.ts';
import type { Node } from '../workload-objects.ts';

type Expression = { key: string; operator: string; values?: string[] };

function expressionFits({ key, operator, values = [] }: Expression, labels: Readonly<Record<string, string>>): boolean {
  const value = labels[key];
  if (operator === 'Gt') return Number(value) > Number(values[0]);
  if (operator === 'Lt') return Number(value) < Number(values[0]);
  return selects({ matchExpressions: [{ key, operator, values }] }, labels);
}

/** Why a pod may not run on a node whatever runs there, in the scheduler's words; undefined where it may. */
export function nodeProblem(node: Node, spec: PodSpec): string | undefined {
  const labels = node.metadata.labels ?? {};
  if (node.spec?.unschedulable === true) return 'node(s) were unschedulable';
  const taint = (node.spec?.taints ?? []).find(
    ({ key, value, effect }) =>
      effect !== 'PreferNoSchedule' &&
      spec.tolerations?.some(
        (toleration) =>
          (toleration.key === undefined || toleration.key === key) &&
          (toleration.effect === undefined || toleration.effect === effect) &&
          (toleration.operator === 'Exists' || (toleration.value ?? '') === (value ?? '')),
      ) !== true,
  );
  if (taint) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
  const selected = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const wanted =
    terms?.some(({ matchExpressions = [] }) =>
      matchExpressions.every((expression) => expressionFits(expression, labels)),
    ) ?? true;
  return selected && wanted ? undefined : "node(s) didn't match Pod's node affinity/selector";
}

/** What of a node's room is too small for a pod, given the pods that are there: `Insufficient cpu`, `Too many pods`. */
export function roomProblems(node: Node, pod: Pod, others: readonly Pod[]): string[] {
  const problems: string[] = [];
  const allocatable = node.status?.allocatable ?? {};
  if (others.length + 1 > Number(allocatable.pods ?? 110)) problems.push('Too many pods');
  for (const [name, wanted] of podAmounts(pod, 'requests')) {
    const used = others.reduce((all, other) => all + (podAmounts(other, 'requests').get(name) ?? 0n), 0n);
    if (wanted > 0n && used + wanted > (quantity(allocatable[name]) ?? 0n)) problems.push(`Insufficient ${name}`);
  }
  return problems;
}

/** Whether the pod would not even fit on the empty node: then evicting others cannot help. */
export function hopeless(node: Node, pod: Pod): boolean {
  return roomProblems(node, pod, []).length > 0;
}
