import type { FieldPath } from './field-path.ts';
import { getField } from './field-path.ts';
import type { JsonObject } from './json.ts';
import { isObject } from './json.ts';

const TEMPLATES: Readonly<Record<string, FieldPath>> = {
  Pod: [],
  Deployment: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

/** Where a kind keeps its pod template; undefined for kinds without one. A Pod is its own template: the empty path. */
export function podTemplatePath(kind: string): FieldPath | undefined {
  return Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind] : undefined;
}

/** Where a kind keeps its pod spec; undefined for kinds without pods. */
export function podSpecPath(kind: string): FieldPath | undefined {
  const template = podTemplatePath(kind);
  return template && [...template, 'spec'];
}

/** The pod template of a declared object. */
export function podTemplateOf(kind: string, object: JsonObject): JsonObject | undefined {
  const path = podTemplatePath(kind);
  const template = path && getField(object, path);
  return isObject(template) ? template : undefined;
}

/** The path of a container by name, whichever list of the pod spec holds it. */
export function containerPath(kind: string, object: JsonObject, name: string): FieldPath | undefined {
  const spec = podSpecPath(kind);
  if (!spec) return undefined;
  return ['containers', 'initContainers', 'ephemeralContainers']
    .map((list) => [...spec, list, { key: 'name', value: name }])
    .find((path) => getField(object, path) !== undefined);
}
