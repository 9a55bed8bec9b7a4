import type { ClusterContext, Controller } from '../context.ts';
import type { KeyHolder } from '../workload-objects.ts';

/** Gives every namespace its default ServiceAccount and the cluster's CA bundle. */
export function createNamespaceController(context: ClusterContext): Controller {
  return () => {
    for (const { metadata } of context.store.list('Namespace')) {
      const namespace = metadata.name;
      if (!context.store.get('ServiceAccount', namespace, 'default')) {
        context.store.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
      }
      if (!context.store.get('ConfigMap', namespace, 'kube-root-ca.crt')) {
        context.store.create<KeyHolder>({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'kube-root-ca.crt', namespace },
          data: { 'ca.crt': 'sandbox' },
        });
      }
    }
  };
}
