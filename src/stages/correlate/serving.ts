import type { Pod } from '../../domain/kubernetes/pod.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { refKey } from '../../domain/object-ref.ts';
import type { OwnerIndex } from '../../domain/owners.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { refOfKind } from '../../domain/snapshot.ts';

/** What still works around a failing workload. */
export interface Serving {
  /** True where ready pods of the workload hang on none of `failing`: older pods still serve. */
  olderPodsServe(workload: ObjectRef, failing: readonly ObjectRef[]): boolean;
  /** Services that select a failing pod and have no ready pod at all. */
  servicesWithoutPods(failing: readonly ObjectRef[]): ObjectRef[];
}

/** Indexes ready pods once, for many questions about who still serves. */
export function createServing(snapshot: Snapshot, owners: OwnerIndex): Serving {
  const ready = new Map<string, Pod[]>();
  const byName = new Map<string, Pod>();
  const byNamespace = new Map<string, Pod[]>();
  for (const pod of snapshot.objects.Pod) {
    const ref = refOfKind('Pod', pod.metadata);
    byName.set(refKey(ref), pod);
    if (!isReady(pod)) continue;
    push(byNamespace, pod.metadata.namespace ?? '', pod);
    push(ready, refKey(owners.topOwner(ref)), pod);
  }
  const services = new Map<string, (typeof snapshot.objects.Service)[number][]>();
  for (const service of snapshot.objects.Service) push(services, service.metadata.namespace ?? '', service);

  const owner = (ref: ObjectRef): ObjectRef | undefined => owners.chain(ref)[1]?.ref;
  return {
    olderPodsServe(workload, failing) {
      const groups = new Set(
        failing
          .map((ref) => (ref.kind === 'Pod' ? owner(ref) : ref))
          .filter((ref) => ref !== undefined)
          .map(refKey),
      );
      const pods = ready.get(refKey(workload)) ?? [];
      // Pods of a StatefulSet or DaemonSet hang on it directly: only refused pods leave older ones behind there.
      const refused = failing.every(({ kind }) => kind !== 'Pod');
      return pods.some((pod) => {
        const above = owner(refOfKind('Pod', pod.metadata));
        return refused || above === undefined || !groups.has(refKey(above));
      });
    },
    servicesWithoutPods(failing) {
      const pods = failing.map((ref) => byName.get(refKey(ref))).filter((pod) => pod !== undefined);
      const namespace = pods[0]?.metadata.namespace ?? '';
      const labels = new Map(
        pods.map(({ metadata }) => [JSON.stringify(metadata.labels ?? {}), metadata.labels ?? {}]),
      );
      return (services.get(namespace) ?? [])
        .filter(({ spec }) => {
          const selector = Object.entries(spec?.selector ?? {});
          const selects = (set: Readonly<Record<string, string>> = {}) =>
            selector.length > 0 && selector.every(([key, value]) => set[key] === value);
          if (![...labels.values()].some(selects)) return false;
          return !(byNamespace.get(namespace) ?? []).some(({ metadata }) => selects(metadata.labels));
        })
        .map(({ metadata }) => refOfKind('Service', metadata));
    },
  };
}

function isReady({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
