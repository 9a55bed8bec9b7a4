import type { JsonObject } from '../../src/domain/json.ts';
import type { Behaviour, Behaviours } from '../../src/sandbox/cluster/kubelet/behaviour.ts';

const MIB = 1024 ** 2;

/** A Deployment of one container; `container` holds further lines of it, indented by eight spaces. */
export function deployment(name: string, container = '', image = `img/${name}:1.0.0`): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: shop
spec:
  replicas: 1
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
      - name: ${name}
        image: ${image}
${container}`;
}

/** Lines of a container with a memory limit. */
export function memory(limit: string): string {
  return `        resources:
          limits:
            memory: ${limit}   # measured
`;
}

/** Lines of a container with arguments. */
export function args(...list: string[]): string {
  return `        args:\n${list.map((item) => `        - ${item}\n`).join('')}`;
}

/** Behaviours by the names of workloads. */
export function behaviours(images: Readonly<Record<string, Behaviour>>): Behaviours {
  return new Map(Object.entries(images).map(([name, behaviour]) => [`img/${name}`, behaviour]));
}

/** Runs out of memory below 100 MiB. */
export const HUNGRY: Behaviour = { memoryNeeded: 100 * MIB };
/** Runs out of memory below 1 GiB. */
export const VERY_HUNGRY: Behaviour = { memoryNeeded: 1024 * MIB };

/** The Argo CD Application that deploys the folder `shop`. */
export function application(repoURL: string): JsonObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL, path: 'shop', targetRevision: 'main' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
  };
}
