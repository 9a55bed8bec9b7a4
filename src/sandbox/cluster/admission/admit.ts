import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../domain/json.ts';
import { isObject } from '../../../domain/json.ts';
import { objectAt, toJson } from '../json-object.ts';
import type { KubeObject, Pod, PodSpec } from '../objects.ts';
import type { Resource } from '../resources.ts';
import type { ObjectStore } from '../store.ts';
import { applyLimitRanges, limitRangeRefusal } from './limit-range.ts';
import { podSecurityRefusal, podSecurityWarning } from './pod-security.ts';
import { quotaRefusal } from './quota.ts';
import { applyServiceAccount } from './service-account.ts';

/** Mutating admission of a new object; returns why it is refused. */
export function mutate(store: ObjectStore, draft: KubeObject, namespace: string, name: string): string | undefined {
  if (draft.kind === 'Service') giveAddress(draft, name);
  if (draft.kind !== 'Pod') return undefined;
  const pod = draft as Pod;
  applyLimitRanges(pod, store.list('LimitRange', namespace));
  const refusal = applyServiceAccount(store, pod, namespace, name.slice(-5));
  pod.spec.tolerations = [
    ...(pod.spec.tolerations ?? []),
    ...['not-ready', 'unreachable'].map((key) => ({
      effect: 'NoExecute',
      key: `node.kubernetes.io/${key}`,
      operator: 'Exists',
      tolerationSeconds: 300,
    })),
  ];
  Object.assign(pod.spec, { preemptionPolicy: 'PreemptLowerPriority', priority: 0 });
  return refusal;
}

function giveAddress(service: KubeObject, name: string): void {
  const spec = service.spec as { clusterIP?: string; clusterIPs?: string[]; type?: string };
  if (spec.type === 'ExternalName' || spec.clusterIP !== undefined) return;
  const digest = createHash('sha256')
    .update(`${service.metadata.namespace ?? ''}/${name}`)
    .digest();
  spec.clusterIP = `10.96.${digest[0] ?? 1}.${digest[1] ?? 1}`;
  spec.clusterIPs = [spec.clusterIP];
}

/** Validating admission of a new object, quota last. */
export function validate(
  store: ObjectStore,
  draft: KubeObject,
  resource: Resource,
  namespace: string,
): string | undefined {
  if (!resource.namespaced) return undefined;
  if (draft.kind === 'Pod') {
    const pod = draft as Pod;
    const labels = store.get('Namespace', undefined, namespace)?.metadata.labels ?? {};
    const refusal = limitRangeRefusal(pod, store.list('LimitRange', namespace)) ?? podSecurityRefusal(pod.spec, labels);
    if (refusal !== undefined) return refusal;
  }
  return quotaRefusal(store, draft, resource, namespace);
}

/** What the API server warns of: templates whose pods the namespace's Pod Security Standard would refuse. */
export function warningsOf(store: ObjectStore, draft: KubeObject, namespace: string): string[] {
  const labels = store.get('Namespace', undefined, namespace)?.metadata.labels ?? {};
  const json = toJson(draft);
  const spec =
    draft.kind === 'CronJob'
      ? objectAt(json, 'spec', 'jobTemplate', 'spec', 'template', 'spec')
      : objectAt(json, 'spec', 'template', 'spec');
  if (!isObject(spec) || !Array.isArray(spec.containers)) return [];
  // Safe: the schema check has let through only a PodSpec here.
  const warning = podSecurityWarning(spec as JsonObject & PodSpec, labels);
  return warning === undefined ? [] : [warning];
}
