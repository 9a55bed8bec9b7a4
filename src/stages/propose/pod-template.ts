import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import type { Incident } from '../../domain/incident.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import { podSpecPath } from '../../domain/pod-template.ts';
import type { RenderedObject } from '../../domain/source.ts';

/** One container as a manifest declares it. */
export interface DeclaredContainer {
  readonly name: string;
  readonly list: 'containers' | 'initContainers';
  /** From the object's root, by merge key. */
  readonly path: FieldPath;
  readonly value: JsonObject;
}

/** The pod spec that a manifest declares; undefined for kinds without pods. */
export function declaredPodSpec(declared: RenderedObject): JsonObject | undefined {
  const path = podSpecPath(declared.ref.kind);
  const spec = path && getField(declared.object, path);
  return isObject(spec) ? spec : undefined;
}

/** Containers and init containers of a workload's pod template, with their paths; none for kinds without pods. */
export function declaredContainers(declared: RenderedObject): DeclaredContainer[] {
  const base = podSpecPath(declared.ref.kind);
  if (!base) return [];
  return (['containers', 'initContainers'] as const).flatMap((list) => {
    const items = getField(declared.object, [...base, list]);
    return (isArray(items) ? items : []).flatMap((value) => {
      const name = isObject(value) ? value['name'] : undefined;
      if (!isObject(value) || typeof name !== 'string') return [];
      return [{ name, list, path: [...base, list, { key: 'name', value: name }], value }];
    });
  });
}

/** The incident's container in the declared object; undefined where it names none, or the object declares none so. */
export function containerOf(declared: RenderedObject, incident: Incident): DeclaredContainer | undefined {
  return declaredContainers(declared).find(({ name }) => name === incident.container);
}
