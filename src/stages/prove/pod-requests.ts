import { getField } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isObject, itemsOf } from '../../domain/json.ts';
import type { Quantity } from '../../domain/quantity.ts';
import { quantity } from '../../domain/quantity.ts';

/** Resource name -> amount. */
export type Amounts = ReadonlyMap<string, Quantity>;

/**
 * What a pod asks for, as the scheduler and quota count it: the sum over containers and sidecars, or the largest init
 * container with the sidecars that run before it where that is more, plus overhead (k8s.io/component-helpers/resource
 * PodRequests). Resources of the whole pod (`spec.resources`, since 1.32) are not looked at.
 * A container with a limit and no request requests its limit.
 */
export function podAmounts(podSpec: JsonObject, field: 'requests' | 'limits'): Amounts {
  const total = new Map<string, Quantity>();
  const sidecars = new Map<string, Quantity>();
  const initMax = new Map<string, Quantity>();
  for (const container of itemsOf(podSpec.containers)) add(total, amountsOf(container, field));
  for (const container of itemsOf(podSpec.initContainers)) {
    const amounts = amountsOf(container, field);
    if (getField(container, ['restartPolicy']) === 'Always') {
      add(total, amounts);
      add(sidecars, amounts);
      continue;
    }
    for (const [name, amount] of amounts) {
      const together = amount + (sidecars.get(name) ?? 0n);
      if (together > (initMax.get(name) ?? 0n)) initMax.set(name, together);
    }
  }
  for (const [name, amount] of initMax) if (amount > (total.get(name) ?? 0n)) total.set(name, amount);
  add(total, readAmounts(podSpec.overhead));
  return total;
}

function amountsOf(container: JsonValue, field: 'requests' | 'limits'): Amounts {
  const limits = readAmounts(getField(container, ['resources', 'limits']));
  if (field === 'limits') return limits;
  return new Map([...limits, ...readAmounts(getField(container, ['resources', 'requests']))]);
}

function readAmounts(value: JsonValue | undefined): Amounts {
  const amounts = new Map<string, Quantity>();
  if (!isObject(value)) return amounts;
  for (const [name, text] of Object.entries(value)) {
    const amount = typeof text === 'string' || typeof text === 'number' ? quantity(text) : undefined;
    if (amount !== undefined) amounts.set(name, amount);
  }
  return amounts;
}

function add(total: Map<string, Quantity>, amounts: Amounts): void {
  for (const [name, amount] of amounts) total.set(name, (total.get(name) ?? 0n) + amount);
}
