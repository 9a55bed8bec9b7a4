import { selects } from '../../../domain/kubernetes/meta.ts';
import type { ClusterContext, Controller } from '../context.ts';
import type { Pod } from '../objects.ts';
import type { EndpointSlice, Service } from '../workload-objects.ts';
import { nameSuffix } from '../write.ts';
import { ownedBy, ownerOf } from './ownership.ts';
import { isReady } from './pods.ts';

/** Keeps one EndpointSlice a Service: the selected pods with their readiness, and the ports that resolve. */
export function createEndpointSliceController(context: ClusterContext): Controller {
  return () => {
    for (const service of context.store.list('Service')) if (service.spec.selector) reconcile(context, service);
  };
}

function portsOf(service: Service, pods: readonly Pod[]): { name: string; port: number; protocol: string }[] {
  return (service.spec.ports ?? []).flatMap(({ name, port, targetPort, protocol = 'TCP' }) => {
    const wanted = targetPort ?? port;
    const declared = pods.flatMap(({ spec }) => spec.containers).flatMap(({ ports }) => ports ?? []);
    const number = typeof wanted === 'number' ? wanted : declared.find((one) => one.name === wanted)?.containerPort;
    return number === undefined ? [] : [{ name: name ?? '', port: number, protocol }];
  });
}

function reconcile(context: ClusterContext, service: Service): void {
  const pods = context.store
    .list('Pod', service.metadata.namespace)
    .filter(
      ({ metadata, status }) =>
        selects({ matchLabels: service.spec.selector ?? {} }, metadata.labels) &&
        status?.podIP !== undefined &&
        status.phase !== 'Succeeded' &&
        status.phase !== 'Failed' &&
        metadata.deletionTimestamp === undefined,
    );
  const endpoints = pods.map((pod) => ({
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: isReady(pod), serving: isReady(pod), terminating: false },
    nodeName: pod.spec.nodeName ?? '',
    targetRef: { kind: 'Pod', name: pod.metadata.name, namespace: pod.metadata.namespace ?? '', uid: pod.metadata.uid },
  }));
  const ports = portsOf(service, pods);
  const content = { endpoints: endpoints.length > 0 ? endpoints : null, ports: ports.length > 0 ? ports : null };
  const slice = ownedBy(context.store.list('EndpointSlice', service.metadata.namespace), service)[0];
  if (slice) {
    context.store.update(slice, (draft) => void Object.assign(draft, content));
    return;
  }
  const { name, namespace } = service.metadata;
  const labels = {
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    'kubernetes.io/service-name': name,
  };
  context.store.create<EndpointSlice>({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${nameSuffix(service.metadata.uid)}`,
      namespace: namespace ?? 'default',
      generateName: `${name}-`,
      labels,
      ownerReferences: [ownerOf(service)],
    },
    addressType: 'IPv4',
    ...content,
  });
}
