import { stringify } from 'yaml';
import type { JsonObject } from '../../../src/domain/json.ts';

/** Of the team, its Application and its namespace. */
export const NAME = `diff-${Date.now().toString(36)}`;
/** Of the workload. */
export const APP = 'web';

/** The Deployment with more in its container, or in its spec. Nothing runs because of it. */
export function web(container: JsonObject = {}, spec: JsonObject = {}): JsonObject {
  const first = {
    name: APP,
    image: 'registry.example.com/web:1',
    ports: portOf(8080),
    resources: { limits: { memory: '64Mi' } },
    readinessProbe: { httpGet: { path: '/', port: 80 } },
    ...container,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: APP, namespace: NAME },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: APP } },
      template: { metadata: { labels: { app: APP } }, spec: { containers: [first] } },
      ...spec,
    },
  };
}

/** Lists of ports are merged by their number: another number is another item. */
export const portOf = (containerPort: number): JsonObject[] => [{ containerPort }];

export function configMap(name: string, more: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAME }, ...more };
}

export function service(spec: JsonObject = {}): JsonObject {
  const metadata = { name: APP, namespace: NAME };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: { app: APP }, ports: [{ port: 80 }], ...spec },
  };
}

/** A custom resource whose schema knows one field. */
export const thing = {
  path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.diff.example.com',
  definition: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.diff.example.com' },
    spec: {
      group: 'diff.example.com',
      names: { kind: 'Thing', plural: 'things' },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { size: { type: 'integer', maximum: 5 } } } },
            },
          },
        },
      ],
    },
  },
  object: (spec: JsonObject): JsonObject => ({
    apiVersion: 'diff.example.com/v1',
    kind: 'Thing',
    metadata: { name: 'one', namespace: NAME },
    spec,
  }),
};

const hidden = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'hidden', namespace: NAME } };

/** What the team has in Git. */
export const FILES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    web: web(),
    plain: configMap('plain', { data: { mode: 'fast' } }),
    frozen: configMap('frozen', { immutable: true, data: { mode: 'fast' } }),
    service: service(),
    hidden: { ...hidden, stringData: { key: 'in-git' } },
    thing: thing.object({ size: 1 }),
  }).map(([name, object]) => [`app/${name}.yaml`, stringify(object)]),
);
