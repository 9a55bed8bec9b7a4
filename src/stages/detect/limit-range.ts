import type { RefusalFacts } from '../../domain/finding.ts';
import type { PodSpec } from '../../domain/kubernetes/pod.ts';
import { quantity } from '../../domain/quantity.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

type Amount = NonNullable<RefusalFacts['resources']>[number];

/** Adds what the message leaves out: the LimitRange, where exactly one sets that bound, and the container, where one asks for it. */
export function resolveLimitRange(
  index: SnapshotIndex,
  namespace: string,
  refusal: RefusalFacts,
  template: PodSpec | undefined,
): RefusalFacts {
  const resources = refusal.resources ?? [];
  const ranges = index.snapshot.objects.LimitRange.filter(
    ({ metadata, spec }) =>
      metadata.namespace === namespace && resources.every((amount) => spec.limits.some((limit) => sets(amount, limit))),
  );
  const name = ranges.length === 1 ? ranges[0]?.metadata.name : undefined;
  const named = resources.map((amount) => {
    const container = onlyContainer(amount, template);
    return container === undefined ? amount : { ...amount, container };
  });
  return { ...refusal, ...(name === undefined ? {} : { name }), resources: named };
}

type Limit = SnapshotIndex['snapshot']['objects']['LimitRange'][number]['spec']['limits'][number];

function sets({ resource, limited, bound }: Amount, { max, min, maxLimitRequestRatio }: Limit): boolean {
  const name = resource.slice(resource.indexOf('.') + 1);
  const bounds = resource.startsWith('ratio.') ? maxLimitRequestRatio : bound === 'max' ? max : min;
  const value = quantity(bounds?.[name]);
  return value !== undefined && value === quantity(limited);
}

function onlyContainer({ resource, requested }: Amount, template: PodSpec | undefined): string | undefined {
  const [list, name = ''] = resource.split(/\.(.*)/);
  if (list !== 'limits' && list !== 'requests') return undefined;
  const wanted = quantity(requested);
  const asking = [...(template?.initContainers ?? []), ...(template?.containers ?? [])].filter(
    ({ resources }) => quantity(resources?.[list]?.[name]) === wanted,
  );
  return asking.length === 1 ? asking[0]?.name : undefined;
}
