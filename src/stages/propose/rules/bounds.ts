import { formatBytes, quantity, toUnits } from '../../../domain/quantity.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';

/** A limit that the cluster sets, in bytes, with the words to tell it. */
export interface Bound {
  readonly bytes: number;
  readonly text: string;
}

function bytes(value: string | number | undefined): number | undefined {
  const parsed = quantity(value);
  return parsed === undefined ? undefined : toUnits(parsed);
}

function least(bounds: readonly Bound[]): Bound | undefined {
  return bounds.toSorted((a, b) => a.bytes - b.bytes)[0];
}

/** The smallest memory that a LimitRange of the namespace allows one container, beside what the others of its pod have in bytes. */
export function limitRangeMemory(snapshot: Snapshot, namespace: string, others: number): Bound | undefined {
  const bounds = snapshot.objects.LimitRange.filter(({ metadata }) => metadata.namespace === namespace).flatMap(
    ({ metadata, spec }) =>
      spec.limits.flatMap(({ type, max }) => {
        const value = type === 'Container' || type === 'Pod' ? bytes(max?.['memory']) : undefined;
        return value === undefined
          ? []
          : [
              {
                bytes: type === 'Pod' ? Math.max(0, value - others) : value,
                text: `LimitRange ${metadata.name} allows ${formatBytes(value)} a ${type.toLowerCase()}`,
              },
            ];
      }),
  );
  return least(bounds);
}

/** What quotas of the namespace leave of `limits.memory`; those with a scope are about some pods only, and not known to be about these. */
export function quotaMemoryLeft(snapshot: Snapshot, namespace: string): Bound | undefined {
  const quotas = snapshot.objects.ResourceQuota.filter(
    ({ metadata, spec }) =>
      metadata.namespace === namespace && spec?.scopes === undefined && spec?.scopeSelector === undefined,
  );
  const bounds = quotas.flatMap(({ metadata, spec, status }) => {
    const hard = bytes((status?.hard ?? spec?.hard)?.['limits.memory']);
    if (hard === undefined) return [];
    const left = Math.max(0, hard - (bytes(status?.used?.['limits.memory']) ?? 0));
    return [{ bytes: left, text: `ResourceQuota ${metadata.name} leaves ${formatBytes(left)} of limits.memory` }];
  });
  return least(bounds);
}

/** The most memory that any node can give; undefined where no node is known. */
export function largestNodeMemory(snapshot: Snapshot): Bound | undefined {
  const nodes = snapshot.objects.Node.flatMap(({ metadata, status }) => {
    const value = bytes(status?.allocatable?.['memory']);
    return value === undefined
      ? []
      : [{ bytes: value, text: `the largest node, ${metadata.name}, has ${formatBytes(value)} for pods` }];
  });
  return nodes.toSorted((a, b) => b.bytes - a.bytes)[0];
}

/** The default memory limit that exactly one LimitRange of the namespace gives to containers without one. */
export function defaultMemory(snapshot: Snapshot, namespace: string): (Bound & { readonly name: string }) | undefined {
  const defaults = snapshot.objects.LimitRange.filter(({ metadata }) => metadata.namespace === namespace).flatMap(
    ({ metadata, spec }) =>
      spec.limits.flatMap((limit) => {
        const value = limit.type === 'Container' ? bytes(limit.default?.['memory']) : undefined;
        return value === undefined ? [] : [{ name: metadata.name, bytes: value, text: formatBytes(value) }];
      }),
  );
  return defaults.length === 1 ? defaults[0] : undefined;
}
