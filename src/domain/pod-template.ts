import type { FieldPath } from './field-path.ts';
import { getField } from './field-path.ts';
import type { JsonObject } from './json.ts';
import { isObject } from './json.ts';

const TEMPLATES: Readonly<Record<string, FieldPath>> = {
  Deployment: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

/** Where a kind keeps its pod template; undefined for kinds without one. A Pod is its own template: the empty path. */
function podTemplatePath(kind: string): FieldPath | undefined {
  return kind === 'Pod' ? [] : TEMPLATES[kind];
}

/** Where a kind keeps its pod spec. */
function podSpecPath(kind: string): FieldPath | undefined {
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
