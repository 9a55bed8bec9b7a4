import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { isObject } from '../../../domain/json.ts';
import { sameObject } from '../../../domain/object-ref.ts';
import { podTemplateOf } from '../../../domain/pod-template.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { podReferences } from '../pod-references.ts';

const MOST = 8;

/**
 * Declared objects that belong to a failing one: what its pods name, the Services that select them, the autoscalers that
 * scale it; for a Service, the workloads that it selects. At most eight.
 */
export function relatedObjects(declared: RenderedObject, siblings: readonly RenderedObject[]): RenderedObject[] {
  const namespace = declared.ref.namespace;
  const named = new Set(podReferences(declared).map(({ kind, name }) => `${kind}/${name}`));
  const isRelated = (other: RenderedObject): boolean => {
    if (other.ref.namespace !== namespace || sameObject(other.ref, declared.ref)) return false;
    if (named.has(`${other.ref.kind}/${other.ref.name}`)) return true;
    return selects(other, declared) || selects(declared, other) || scales(other, declared);
  };
  return siblings.filter(isRelated).slice(0, MOST);
}

/** Whether a Service's selector takes in the pods of a workload. */
function selects(service: RenderedObject, workload: RenderedObject): boolean {
  if (service.ref.kind !== 'Service') return false;
  const selector = mapAt(service.object, 'spec', 'selector');
  const template = podTemplateOf(workload.ref.kind, workload.object);
  const labels = template && mapAt(template, 'metadata', 'labels');
  if (!selector || !labels || Object.keys(selector).length === 0) return false;
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

function scales(scaler: RenderedObject, workload: RenderedObject): boolean {
  if (scaler.ref.kind !== 'HorizontalPodAutoscaler') return false;
  const target = mapAt(scaler.object, 'spec', 'scaleTargetRef');
  return target?.['kind'] === workload.ref.kind && target['name'] === workload.ref.name;
}

function mapAt(object: JsonObject, ...path: readonly string[]): JsonObject | undefined {
  let value: JsonValue | undefined = object;
  for (const key of path) value = isObject(value) ? value[key] : undefined;
  return isObject(value) ? value : undefined;
}
