import { quantity } from '../../../domain/quantity.ts';
import type { KubeObject, Pod } from '../objects.ts';
import type { Resource } from '../resources.ts';
import { qualified, RESOURCES } from '../resources.ts';
import type { ObjectStore } from '../store.ts';
import type { PersistentVolumeClaim, ResourceQuota } from '../workload-objects.ts';
import { formatNano, podAmounts } from './pod-resources.ts';

const ONE = 1_000_000_000n;
const COMPUTE = /^((requests|limits)\.)?(cpu|memory|ephemeral-storage)$/;

/** What one object takes of each quota resource, in nano-units. */
function usage(object: KubeObject, resource: Resource): Map<string, bigint> {
  const used = new Map<string, bigint>([
    [`count/${qualified(resource.plural, resource)}`, ONE],
    [resource.plural, ONE],
  ]);
  if (object.kind === 'Pod') {
    const pod = object as Pod;
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return new Map();
    for (const [name, nano] of podAmounts(pod, 'requests')) used.set(name, nano).set(`requests.${name}`, nano);
    for (const [name, nano] of podAmounts(pod, 'limits')) used.set(`limits.${name}`, nano);
  }
  if (object.kind === 'PersistentVolumeClaim') {
    const claim = object as PersistentVolumeClaim;
    used.set('requests.storage', quantity(claim.spec.resources?.requests?.storage) ?? 0n);
  }
  return used;
}

function totalUsed(store: ObjectStore, namespace: string, name: string): bigint {
  return RESOURCES.filter((resource) => resource.namespaced && counts(resource, name))
    .flatMap((resource) =>
      store.list(resource.kind, namespace).map((object) => usage(object, resource).get(name) ?? 0n),
    )
    .reduce((all, one) => all + one, 0n);
}

function counts(resource: Resource, name: string): boolean {
  if (COMPUTE.test(name)) return resource.kind === 'Pod';
  if (name === 'requests.storage') return resource.kind === 'PersistentVolumeClaim';
  return name === resource.plural || name === `count/${qualified(resource.plural, resource)}`;
}

function matching(store: ObjectStore, namespace: string): ResourceQuota[] {
  // A quota with scopes counts only some pods; the sandbox leaves such quotas out.
  return store.list('ResourceQuota', namespace).filter(({ spec }) => (spec?.scopes ?? []).length === 0);
}

/** Why a namespace's quotas refuse a new object (k8s.io/apiserver/pkg/admission/plugin/resourcequota). */
export function quotaRefusal(
  store: ObjectStore,
  object: KubeObject,
  resource: Resource,
  namespace: string,
): string | undefined {
  const wanted = usage(object, resource);
  for (const quota of matching(store, namespace)) {
    const hard = quota.spec?.hard ?? {};
    const names = Object.keys(hard)
      .filter((name) => counts(resource, name))
      .sort();
    const unset = object.kind === 'Pod' ? missing(object as Pod, names) : undefined;
    if (unset !== undefined) return `failed quota: ${quota.metadata.name}: must specify ${unset}`;
    const over = names.filter(
      (name) =>
        (wanted.get(name) ?? 0n) > 0n &&
        totalUsed(store, namespace, name) + (wanted.get(name) ?? 0n) > (quantity(hard[name]) ?? 0n),
    );
    if (over.length === 0) continue;
    const show = (of: (name: string) => bigint): string =>
      over.map((name) => `${name}=${formatNano(of(name), hard[name])}`).join(',');
    return (
      `exceeded quota: ${quota.metadata.name}, requested: ${show((name) => wanted.get(name) ?? 0n)}, ` +
      `used: ${show((name) => totalUsed(store, namespace, name))}, limited: ${over.map((name) => `${name}=${hard[name] ?? ''}`).join(',')}`
    );
  }
  return undefined;
}

/** `limits.cpu for: web; requests.memory for: web`: what the quota needs and containers do not say. */
function missing(pod: Pod, names: readonly string[]): string | undefined {
  const parts = names.flatMap((name) => {
    const match = COMPUTE.exec(name);
    if (!match) return [];
    const [part, resource] = [match[2] === 'limits' ? 'limits' : 'requests', match[3] ?? ''] as const;
    if (resource === 'ephemeral-storage') return [];
    const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].filter(
      ({ resources }) => resources?.[part]?.[resource] === undefined,
    );
    return containers.length === 0
      ? []
      : [
          `${name} for: ${containers
            .map((container) => container.name)
            .sort()
            .join(',')}`,
        ];
  });
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** Keeps `status.used` of every quota up to date. */
export function reconcileQuotas(store: ObjectStore): void {
  for (const quota of store.list('ResourceQuota')) {
    const namespace = quota.metadata.namespace ?? '';
    const hard = quota.spec?.hard ?? {};
    const used = Object.fromEntries(
      Object.entries(hard).map(([name, bound]) => [name, formatNano(totalUsed(store, namespace, name), bound)]),
    );
    store.update(quota, (draft) => {
      draft.status = { hard, used };
    });
  }
}
