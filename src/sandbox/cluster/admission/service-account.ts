import type { Pod } from '../objects.ts';
import type { ObjectStore } from '../store.ts';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Gives a pod its ServiceAccount and token volume (k8s.io/kubernetes/plugin/pkg/admission/serviceaccount); returns why the
 * account cannot be used.
 */
export function applyServiceAccount(
  store: ObjectStore,
  pod: Pod,
  namespace: string,
  suffix: string,
): string | undefined {
  const name = pod.spec.serviceAccountName ?? 'default';
  if (!store.get('ServiceAccount', namespace, name)) {
    return `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
  }
  Object.assign(pod.spec, { serviceAccountName: name, serviceAccount: name });
  if (pod.spec.automountServiceAccountToken === false) return undefined;
  const volume = `kube-api-access-${suffix}`;
  pod.spec.volumes = [...(pod.spec.volumes ?? []), tokenVolume(volume)];
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    const mounts = container.volumeMounts ?? [];
    if (mounts.some(({ mountPath }) => mountPath === TOKEN_PATH)) continue;
    container.volumeMounts = [...mounts, { mountPath: TOKEN_PATH, name: volume, readOnly: true }];
  }
  return undefined;
}

function tokenVolume(name: string): { name: string; projected: object } {
  const ca = { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] };
  return {
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: ca },
        {
          downwardAPI: {
            items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }],
          },
        },
      ],
    },
  };
}
