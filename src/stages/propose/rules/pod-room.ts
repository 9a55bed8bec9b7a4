import type { PodSpec } from '../../../domain/kubernetes/pod.ts';
import type { Quantity } from '../../../domain/quantity.ts';
import { formatBytes, quantity, toUnits } from '../../../domain/quantity.ts';
import { getField } from '../../../domain/field-path.ts';
import { declaredContainers } from '../pod-template.ts';
import { failingPods } from '../ran-before.ts';
import type { ProposeContext } from '../proposer.ts';

/** The most of a resource that any node can give to pods. */
export interface LargestNode {
  readonly name: string;
  readonly value: Quantity;
  /** As the node writes it. */
  readonly text: string;
}

/**
 * Why no node would take the waiting pod even if it were empty, although each container that the manifest declares fits one: the cluster
 * gives a container more than Git asks for, or all of them together are too much. Undefined where a node could.
 */
export function podRoom(
  context: ProposeContext,
  resource: 'cpu' | 'memory',
  largest: LargestNode | undefined,
): string | undefined {
  const [pod] = failingPods(context).filter(({ spec }) => spec.nodeName === undefined);
  if (!pod || !largest) return undefined;
  const has = `the largest node, ${largest.name}, has ${largest.text}`;
  const asked = running(pod.spec).map(({ name, resources }) => ({
    name,
    amount: quantity(resources?.requests?.[resource]) ?? 0n,
  }));
  const given = asked.find(({ name, amount }) => amount > largest.value && !asksFor(context, name, resource));
  if (given) {
    return `${given.name} is given a request of ${tell(given.amount, resource)} of ${resource} that is not in the manifest (by a LimitRange or a webhook), and ${has}`;
  }
  const total = asked.reduce((sum, { amount }) => sum + amount, 0n);
  return total <= largest.value
    ? undefined
    : `the containers of a pod ask for ${tell(total, resource)} of ${resource} together, and ${has}`;
}

/** Containers that run at the same time: sidecars beside those of the pod. */
function running({ containers, initContainers = [] }: PodSpec): PodSpec['containers'] {
  return [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')];
}

/** Where only a limit is named, it is the request as well. */
function asksFor({ declared }: ProposeContext, container: string, resource: string): boolean {
  const own = declaredContainers(declared).find(({ name }) => name === container)?.value;
  return ['requests', 'limits'].some((side) => getField(own, ['resources', side, resource]) !== undefined);
}

function tell(amount: Quantity, resource: 'cpu' | 'memory'): string {
  return resource === 'memory' ? formatBytes(toUnits(amount)) : String(toUnits(amount));
}
