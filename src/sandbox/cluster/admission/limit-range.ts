import { quantity } from '../../../domain/quantity.ts';
import { canonicalQuantity } from '../canonical-quantity.ts';
import type { Container, Pod } from '../objects.ts';
import type { LimitRange } from '../workload-objects.ts';
import { formatNano, sumOver } from './pod-resources.ts';

const ONE = 1_000_000_000n;
const containersOf = (pod: Pod): Container[] => [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];

/** Fills in a namespace's default limits and requests, and notes it in the annotation that the real plugin writes. */
export function applyLimitRanges(pod: Pod, ranges: readonly LimitRange[]): void {
  const notes: string[] = [];
  for (const range of ranges) {
    for (const item of range.spec.limits.filter(({ type }) => type === 'Container')) {
      for (const container of containersOf(pod)) {
        const resources = (container.resources ??= {});
        const requests = fill((resources.requests ??= {}), item.defaultRequest ?? {});
        const limits = fill((resources.limits ??= {}), item.default ?? {});
        if (Object.keys(resources.requests).length === 0) delete resources.requests;
        if (Object.keys(resources.limits).length === 0) delete resources.limits;
        if (requests.length > 0) notes.push(`${requests.join(', ')} request for container ${container.name}`);
        if (limits.length > 0) notes.push(`${limits.join(', ')} limit for container ${container.name}`);
      }
    }
  }
  if (notes.length > 0) {
    pod.metadata.annotations = {
      ...pod.metadata.annotations,
      'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${notes.join('; ')}`,
    };
  }
}

function fill(target: Record<string, string>, defaults: Readonly<Record<string, string>>): string[] {
  const missing = Object.keys(defaults)
    .filter((name) => target[name] === undefined)
    .sort();
  for (const name of missing) target[name] = defaults[name] ?? '0';
  return missing;
}

/** Why the LimitRanges of a namespace refuse a pod (k8s.io/kubernetes/plugin/pkg/admission/limitranger). */
export function limitRangeRefusal(pod: Pod, ranges: readonly LimitRange[]): string | undefined {
  const problems: string[] = [];
  for (const item of ranges.flatMap(({ spec }) => spec.limits)) {
    if (item.type === 'Container') {
      for (const { resources } of containersOf(pod))
        problems.push(...compare('Container', item, resources?.requests ?? {}, resources?.limits ?? {}));
    } else if (item.type === 'Pod') {
      problems.push(...compare('Pod', item, sumOver(pod, 'requests'), sumOver(pod, 'limits')));
    }
  }
  return problems.length > 1 ? `[${problems.join(', ')}]` : problems[0];
}

type Item = LimitRange['spec']['limits'][number];
type Amounts = Readonly<Record<string, string>>;

function compare(type: string, item: Item, requests: Amounts, limits: Amounts): string[] {
  const problems = [
    ...Object.entries(item.min ?? {}).map(([name, bound]) => minimum(type, name, bound, requests[name], limits[name])),
    ...Object.entries(item.max ?? {}).map(([name, bound]) => maximum(type, name, bound, requests[name], limits[name])),
    ...Object.entries(item.maxLimitRequestRatio ?? {}).map(([name, bound]) =>
      ratio(type, name, bound, requests[name], limits[name]),
    ),
  ];
  return problems.filter((problem) => problem !== undefined);
}

type Amount = string | undefined;

function minimum(type: string, name: string, bound: string, request: Amount, limit: Amount): string | undefined {
  const least = quantity(bound) ?? 0n;
  const head = `minimum ${name} usage per ${type} is ${bound}`;
  if (request === undefined) return `${head}.  No request is specified`;
  if ((quantity(request) ?? 0n) < least) return `${head}, but request is ${canonicalQuantity(request)}`;
  const low = limit !== undefined && (quantity(limit) ?? 0n) < least;
  return low ? `${head}, but limit is ${canonicalQuantity(limit)}` : undefined;
}

function maximum(type: string, name: string, bound: string, request: Amount, limit: Amount): string | undefined {
  const most = quantity(bound) ?? 0n;
  const head = `maximum ${name} usage per ${type} is ${bound}`;
  if (limit === undefined) return `${head}.  No limit is specified`;
  if ((quantity(limit) ?? 0n) > most) return `${head}, but limit is ${canonicalQuantity(limit)}`;
  const high = request !== undefined && (quantity(request) ?? 0n) > most;
  return high ? `${head}, but request is ${canonicalQuantity(request)}` : undefined;
}

function ratio(type: string, name: string, bound: string, request: Amount, limit: Amount): string | undefined {
  const head = `${name} max limit to request ratio per ${type} is ${bound}`;
  const [asked, allowed] = [quantity(request) ?? 0n, quantity(limit)];
  if (asked === 0n || allowed === undefined) return `${head}, but no request is specified or request is 0`;
  if (allowed * ONE <= (quantity(bound) ?? 0n) * asked) return undefined;
  return `${head}, but provided ratio is ${formatNano((allowed * ONE) / asked)}`;
}
