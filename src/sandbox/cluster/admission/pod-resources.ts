import { quantity } from '../../../domain/quantity.ts';
import { canonicalQuantity } from '../canonical-quantity.ts';
import type { Container, Pod, Resources } from '../objects.ts';

/** A number of nano-units as the API prints it; `like` gives the suffix family (`Mi` stays binary). */
export function formatNano(nano: bigint, like = ''): string {
  if (/[KMGTPE]i$/.test(like) && nano % 1_000_000_000n === 0n) {
    return canonicalQuantity(`${nano / 1_000_000_000n / 1024n}Ki`);
  }
  return canonicalQuantity(`${nano}n`);
}

type Part = 'requests' | 'limits';

const amount = (container: Container, part: Part, name: string): bigint =>
  quantity(container.resources?.[part]?.[name]) ?? 0n;

function total(pod: Pod, part: Part, name: string): bigint {
  const sum = (containers: readonly Container[]): bigint =>
    containers.reduce((all, container) => all + amount(container, part, name), 0n);
  const init = pod.spec.initContainers ?? [];
  const sidecars = init.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const running = sum(pod.spec.containers) + sum(sidecars);
  const starting = init
    .filter((container) => !sidecars.includes(container))
    .map((container) => amount(container, part, name));
  const peak = starting.reduce((most, one) => (one > most ? one : most), running);
  return peak + (quantity(pod.spec.overhead?.[name]) ?? 0n);
}

/** What a pod needs in all: its containers and sidecars together, or its hungriest init container, whichever is more. */
export function podAmounts(pod: Pod, part: Part): Map<string, bigint> {
  const names = new Set(
    [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].flatMap(({ resources }) =>
      Object.keys(resources?.[part] ?? {}),
    ),
  );
  return new Map([...names].map((name) => [name, total(pod, part, name)]));
}

/** `podAmounts` as quantities in text. */
export function sumOver(pod: Pod, part: Part): Resources {
  const like = (name: string): string =>
    pod.spec.containers.find(({ resources }) => resources?.[part]?.[name] !== undefined)?.resources?.[part]?.[name] ??
    '';
  return Object.fromEntries([...podAmounts(pod, part)].map(([name, nano]) => [name, formatNano(nano, like(name))]));
}
