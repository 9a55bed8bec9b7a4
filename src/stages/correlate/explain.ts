import { compareText } from '../../domain/compare-text.ts';
import type { Finding } from '../../domain/finding.ts';
import { refKey } from '../../domain/object-ref.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { causalRank, isEffect, isRuntime } from './causal-order.ts';
import type { Group } from './group.ts';

/** The groups that nothing explains, each with the groups that follow from it. */
export type Roots = ReadonlyMap<Group, readonly Group[]>;

/** Sorts groups into roots and effects. A group is an effect only where every one of its findings has an explanation. */
export function findRoots(groups: readonly Group[], snapshot: Snapshot): Roots {
  const ranked = groups.toSorted((a, b) => causalRank(a.cause) - causalRank(b.cause) || compare(a, b));
  const places = indexPlaces(ranked, snapshot);
  const causes = new Map<Group, Group>();
  for (const group of ranked) {
    const explanations = group.findings.map((finding) => explanation(finding, group, places));
    const [first] = explanations;
    if (first !== undefined && explanations.every((found) => found !== undefined)) causes.set(group, first);
  }
  const roots = new Map<Group, Group[]>();
  for (const group of ranked) if (rootOf(group, causes) === group) roots.set(group, []);
  for (const group of ranked) if (!roots.has(group)) roots.get(rootOf(group, causes))?.push(group);
  return roots;
}

/** The end of the chain of explanations; a group of a circle (which the order rules out) would be its own root. */
function rootOf(group: Group, causes: ReadonlyMap<Group, Group>): Group {
  const passed = new Set<Group>();
  let at = group;
  for (let next = causes.get(at); next !== undefined; next = causes.get(at)) {
    if (passed.has(next)) return group;
    passed.add(next);
    at = next;
  }
  return at;
}

type Entry = { readonly finding: Finding; readonly group: Group };

/** Findings by the places where another finding could follow from them: an object, a workload. */
interface Places {
  readonly byObject: ReadonlyMap<string, readonly Entry[]>;
  readonly byWorkload: ReadonlyMap<string, readonly Group[]>;
  /** Claims that a pod mounts, as object keys, by the pod's key. */
  readonly claims: ReadonlyMap<string, readonly string[]>;
}

function explanation(finding: Finding, group: Group, places: Places): Group | undefined {
  const here = refKey(finding.object);
  const samePlace = places.byObject.get(here) ?? [];
  const inPod = samePlace.find((entry) => comesBefore(entry.finding, finding));
  if (inPod !== undefined) return inPod.group;
  for (const claim of places.claims.get(here) ?? []) {
    const [entry] = places.byObject.get(claim) ?? [];
    if (entry !== undefined && causalRank(entry.finding.cause) < causalRank(finding.cause)) return entry.group;
  }
  const around = places.byWorkload.get(refKey(group.workload)) ?? [];
  return around.find((other) => {
    if (causalRank(other.cause) >= causalRank(group.cause)) return false;
    if (isEffect(group.cause)) return true;
    return isRuntime(group.cause) && isRuntime(other.cause) && other.container === group.container;
  });
}

/** Whether `a` on the same object stops what `b` is about: earlier in the life of the pod, and not another container's. */
function comesBefore(a: Finding, b: Finding): boolean {
  if (a === b) return false;
  const initFirst = a.containerType === 'init' && b.containerType !== 'init';
  if (initFirst && b.container !== undefined) return true;
  if (causalRank(a.cause) >= causalRank(b.cause)) return false;
  return a.container === undefined || b.container === undefined || a.container === b.container;
}

function indexPlaces(groups: readonly Group[], snapshot: Snapshot): Places {
  const byObject = new Map<string, Entry[]>();
  const byWorkload = new Map<string, Group[]>();
  for (const group of groups) {
    push(byWorkload, refKey(group.workload), group);
    for (const finding of group.findings) {
      const entry = { finding, group };
      push(byObject, refKey(finding.object), entry);
    }
  }
  const claims = new Map<string, string[]>();
  for (const { metadata, spec } of snapshot.objects.Pod) {
    const { namespace = '', name } = metadata;
    if (!byObject.has(`/Pod/${namespace}/${name}`)) continue;
    for (const { persistentVolumeClaim: source } of spec.volumes ?? []) {
      if (source === undefined) continue;
      push(claims, `/Pod/${namespace}/${name}`, `/PersistentVolumeClaim/${namespace}/${source.claimName}`);
    }
  }
  return { byObject, byWorkload, claims };
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

function compare(a: Group, b: Group): number {
  return compareText(sortKey(a), sortKey(b));
}

function sortKey({ workload, container = '', subject = '' }: Group): string {
  return `${refKey(workload)} ${container} ${subject}`;
}
