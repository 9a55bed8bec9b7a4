import { KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import type { Kind } from '../../../src/domain/kubernetes/kinds.ts';

const template = {
  metadata: { labels: { app: 'x' } },
  spec: { containers: [{ name: 'x', image: 'reg.example/x:1' }] },
};
const once = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
const selector = { matchLabels: { app: 'x' } };

/** The least that each kind needs. */
const BODIES: Partial<Record<Kind, object>> = {
  // Never scheduled. A pod of a node that is not there would be collected after a minute.
  Pod: { spec: { ...template.spec, nodeSelector: { none: 'such' } } },
  ReplicaSet: { spec: { replicas: 0, selector, template } },
  Deployment: { spec: { replicas: 0, selector, template } },
  StatefulSet: { spec: { replicas: 0, selector, template } },
  DaemonSet: {
    spec: { selector, template: { ...template, spec: { ...template.spec, nodeSelector: { none: 'such' } } } },
  },
  Job: { spec: { suspend: true, template: once } },
  CronJob: { spec: { schedule: '0 3 * * *', suspend: true, jobTemplate: { spec: { template: once } } } },
  Service: { spec: { ports: [{ port: 80 }] } },
  EndpointSlice: { addressType: 'IPv4', endpoints: [] },
  Ingress: { spec: { defaultBackend: { service: { name: 'x', port: { number: 80 } } } } },
  IngressClass: { spec: { controller: 'example.com/none' } },
  // Kept for a claim that is not there, so that it is bound to none that is.
  PersistentVolume: {
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: '/nowhere' },
      claimRef: { namespace: 'default', name: 'none-such' },
    },
  },
  PersistentVolumeClaim: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  StorageClass: { provisioner: 'example.com/none' },
  LimitRange: { spec: { limits: [] } },
  HorizontalPodAutoscaler: {
    spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' } },
  },
  PodDisruptionBudget: { spec: { minAvailable: 0, selector } },
  Application: { spec: { project: 'default', destination: {}, source: { repoURL: 'https://git.example/x' } } },
  AppProject: { spec: {} },
};

/** An object of a kind with the least that it needs. Nothing runs because of it. */
export function objectOf(kind: Kind, namespace: string, name: string): object {
  const { apiVersion, namespaced } = KINDS[kind];
  const body = kind === 'Event' ? { involvedObject: { kind: 'Pod', name: 'x', namespace } } : BODIES[kind];
  return { apiVersion, kind, metadata: { name, ...(namespaced ? { namespace } : {}) }, ...body };
}

/** Where the API server has the objects of a kind. */
export function collectionOf(kind: Kind, namespace: string): string {
  const { apiVersion, plural, namespaced } = KINDS[kind];
  return `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}${namespaced ? `/namespaces/${namespace}` : ''}/${plural}`;
}
