import type { ClusterContext } from '../context.ts';
import type { KubeObject, Pod, PodTemplate } from '../objects.ts';
import { resourceOfKind } from '../resources.ts';
import { asJson } from '../json-object.ts';
import { rfc3339 } from '../time.ts';
import { writeObject } from '../write.ts';
import { ownedBy, ownerOf } from './ownership.ts';

/** Pods of an owner that count: neither finished nor going away. */
export function activePods(context: ClusterContext, owner: KubeObject): Pod[] {
  return ownedBy(context.store.list('Pod', owner.metadata.namespace), owner).filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined && status?.phase !== 'Failed' && status?.phase !== 'Succeeded',
  );
}

/** Whether a pod has the condition Ready. */
export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

/** Creates a pod from a template, as the API server admits it. Returns the pod, or the server's refusal. */
export function createPod(
  context: ClusterContext,
  owner: KubeObject,
  template: PodTemplate,
  identity: { readonly name: string } | { readonly generateName: string },
  labels: Readonly<Record<string, string>> = {},
): { pod: Pod } | { refused: string } {
  const resource = resourceOfKind('Pod');
  if (!resource) return { refused: 'no pods' };
  const metadata = {
    ...identity,
    namespace: owner.metadata.namespace ?? 'default',
    ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
    labels: { ...template.metadata?.labels, ...labels },
    ownerReferences: [ownerOf(owner)],
  };
  const object = asJson({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: structuredClone(template.spec),
  });
  const answer = writeObject(context.store, { resource, object, verb: 'create', dryRun: false });
  if (!answer.ok) return { refused: answer.status.message };
  const pod = context.store.update(answer.object as Pod, (draft) => {
    draft.status = { phase: 'Pending' };
  });
  return { pod };
}

/** Asks for a pod's graceful end; the kubelet removes it. */
export function deletePod(context: ClusterContext, pod: Pod): void {
  context.store.update(pod, (draft) => {
    draft.metadata.deletionTimestamp = rfc3339(context.clock.now());
  });
}
