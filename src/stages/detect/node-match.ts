import type { Node } from '../../domain/kubernetes/cluster-objects.ts';
import type { PodSpec } from '../../domain/kubernetes/pod.ts';
import { isSystemTaintKey } from './messages/scheduler.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

type Expression = { readonly key: string; readonly operator: string; readonly values?: readonly string[] | undefined };

/** Which part of a pod's node constraints no node meets; `none` where some node meets all of them. */
export interface NodeConstraints {
  readonly blocking: 'node-selector' | 'node-affinity' | 'both-together' | 'none' | 'unknown';
  /** The pairs of the nodeSelector that no node carries. */
  readonly selector: Readonly<Record<string, string>>;
}

/** Compares a pod's nodeSelector and required node affinity with the nodes of the snapshot. */
export function checkNodeConstraints(index: SnapshotIndex, spec: PodSpec): NodeConstraints {
  const nodes = index.snapshot.objects.Node;
  if (index.blind('Node') || nodes.length === 0) return { blocking: 'unknown', selector: {} };
  const pairs = Object.entries(spec.nodeSelector ?? {});
  const unmet = pairs.filter((pair) => !nodes.some((node) => carries(node, pair)));
  if (unmet.length > 0) return { blocking: 'node-selector', selector: Object.fromEntries(unmet) };
  const selected = nodes.filter((node) => pairs.every((pair) => carries(node, pair)));
  if (selected.length === 0) return { blocking: 'node-selector', selector: Object.fromEntries(pairs) };
  if (!nodes.some((node) => meetsAffinity(spec, node))) return { blocking: 'node-affinity', selector: {} };
  return { blocking: selected.some((node) => meetsAffinity(spec, node)) ? 'none' : 'both-together', selector: {} };
}

/** Whether some node has a taint that people put there and the pod does not tolerate; true where the nodes are not known. */
export function meetsOwnTaint(index: SnapshotIndex, { tolerations = [] }: PodSpec): boolean {
  const nodes = index.snapshot.objects.Node;
  if (index.blind('Node') || nodes.length === 0) return true;
  return nodes.some(({ spec }) =>
    (spec?.taints ?? []).some(
      ({ key, value = '', effect }) =>
        effect !== 'PreferNoSchedule' &&
        !isSystemTaintKey(key) &&
        !tolerations.some(
          (one) =>
            (one.effect === undefined || one.effect === effect) &&
            (one.operator === 'Exists'
              ? one.key === undefined || one.key === key
              : one.key === key && (one.value ?? '') === value),
        ),
    ),
  );
}

function carries(node: Node, [key, value]: readonly [string, string]): boolean {
  return node.metadata.labels?.[key] === value;
}

/** Terms are alternatives, expressions within a term must all hold (core/v1 NodeSelectorTerm). */
function meetsAffinity({ affinity }: PodSpec, node: Node): boolean {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined) return true;
  return terms.some(({ matchExpressions = [] }) =>
    // A term without label expressions selects by fields, which the projection does not hold: taken as met.
    matchExpressions.every((expression) => holds(expression, node.metadata.labels?.[expression.key])),
  );
}

function holds({ operator, values = [] }: Expression, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
    default:
      return false;
  }
}
