import type { JsonObject } from '../../../domain/json.ts';
import { deepEqual, isObject } from '../../../domain/json.ts';
import type { Node } from '../../../domain/kubernetes/cluster-objects.ts';
import { getField } from '../../../domain/field-path.ts';
import { podTemplateOf } from '../../../domain/pod-template.ts';
import { quantity } from '../../../domain/quantity.ts';
import { replicasOf } from '../../../domain/replicas.ts';
import { isBlind } from '../../../domain/snapshot.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { changedObjects } from '../changed-objects.ts';
import type { Check, ProveContext } from '../check.ts';
import type { Amounts } from '../pod-requests.ts';
import { podAmounts } from '../pod-requests.ts';

/** Refuses when the new pods would fit no node, or ask for more than what quota leaves. */
export const fits: Check = {
  name: 'fits',
  async run(context) {
    const asked: string[] = [];
    for (const { before, after } of changedObjects(context)) {
      const next = specOf(after);
      const old = before && specOf(before);
      if (!next || !touchesPlacement(old, next)) continue;
      if (isBlind(context.snapshot, 'Node')) {
        return { result: 'unknown', code: 'nodes-unreadable', detail: 'Nodes cannot be read.' };
      }
      const { Node: nodes } = context.snapshot.objects;
      if (nodes.length === 0) return { result: 'unknown', code: 'nodes-unreadable', detail: 'No node is known.' };
      const requests = podAmounts(next, 'requests');
      const able = nodes.filter((node) => matchesSelector(node, next) && holds(node, requests));
      if (able.length === 0) {
        const detail = `A pod of ${after.ref.name} would fit none of the ${nodes.length} nodes.`;
        return { result: 'fail', code: 'fits-no-node', detail };
      }
      const quota = overQuota(after, old, next, context);
      if (quota !== undefined) return { result: 'fail', code: 'over-quota', detail: quota };
      asked.push(`${after.ref.name}: ${able.length} of ${nodes.length} nodes can hold a pod`);
    }
    return asked.length === 0
      ? { result: 'not-applicable', detail: 'Neither resources nor placement change.' }
      : { result: 'pass', detail: `${asked.join('; ')}.` };
  },
};

function specOf({ ref, object }: RenderedObject): JsonObject | undefined {
  const spec = getField(podTemplateOf(ref.kind, object) ?? {}, ['spec']);
  return isObject(spec) ? spec : undefined;
}

function touchesPlacement(old: JsonObject | undefined, next: JsonObject): boolean {
  if (!old) return true;
  const same = (field: 'requests' | 'limits'): boolean => {
    const [a, b] = [podAmounts(old, field), podAmounts(next, field)];
    return a.size === b.size && [...a].every(([name, amount]) => b.get(name) === amount);
  };
  return !same('requests') || !same('limits') || !deepEqual(old.nodeSelector, next.nodeSelector);
}

function matchesSelector(node: Node, spec: JsonObject): boolean {
  if (node.spec?.unschedulable === true) return false;
  const selector = isObject(spec.nodeSelector) ? spec.nodeSelector : {};
  return Object.entries(selector).every(([key, value]) => node.metadata.labels?.[key] === value);
}

/** An empty node would hold the pod: what others use now may be gone when the pod starts, and is the scheduler's matter. */
function holds(node: Node, requests: Amounts): boolean {
  const allocatable = node.status?.allocatable ?? {};
  return [...requests].every(([name, amount]) => amount <= (quantity(allocatable[name]) ?? 0n));
}

function overQuota(
  after: RenderedObject,
  old: JsonObject | undefined,
  next: JsonObject,
  { snapshot }: ProveContext,
): string | undefined {
  const replicas = BigInt(replicasOf(after, snapshot));
  for (const quota of snapshot.objects.ResourceQuota) {
    if (quota.metadata.namespace !== after.ref.namespace) continue;
    // What a scope leaves out is not known from here.
    if (quota.spec?.scopes !== undefined || quota.spec?.scopeSelector !== undefined) continue;
    for (const [key, hardText] of Object.entries(quota.status?.hard ?? quota.spec?.hard ?? {})) {
      const [field, resource] = quotaKey(key);
      const hard = quantity(hardText);
      if (field === undefined || resource === undefined || hard === undefined) continue;
      const wanted = podAmounts(next, field).get(resource) ?? 0n;
      const growth = wanted - ((old && podAmounts(old, field).get(resource)) ?? 0n);
      const used = quantity(quota.status?.used?.[key]) ?? 0n;
      if (wanted > hard || (growth > 0n && used + growth * replicas > hard)) {
        return `${key} would exceed ResourceQuota ${quota.metadata.name} (${hardText} in all).`;
      }
    }
  }
  return undefined;
}

function quotaKey(key: string): readonly ['requests' | 'limits' | undefined, string | undefined] {
  const [, field, resource] = /^(requests|limits)\.(.+)$/.exec(key) ?? [];
  if (field === 'requests' || field === 'limits') return [field, resource];
  return key === 'cpu' || key === 'memory' ? ['requests', key] : [undefined, undefined];
}
