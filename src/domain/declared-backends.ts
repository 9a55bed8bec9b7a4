import type { FieldPath } from './field-path.ts';
import { getField } from './field-path.ts';
import type { JsonObject } from './json.ts';
import { isObject, itemsOf } from './json.ts';

/** A Service that a declared Ingress sends to, and the path of its `service` field. */
export interface DeclaredBackend {
  readonly path: FieldPath;
  readonly name: string;
  /** A number, or a name. */
  readonly port: string | number | undefined;
}

/** Every backend of an Ingress that is a Service, in the order of the manifest. */
export function declaredBackends(object: JsonObject): DeclaredBackend[] {
  const places: FieldPath[] = [['spec', 'defaultBackend']];
  for (const rule of itemsOf(getField(object, ['spec', 'rules'])).keys()) {
    const paths: FieldPath = ['spec', 'rules', rule, 'http', 'paths'];
    for (const at of itemsOf(getField(object, paths)).keys()) places.push([...paths, at, 'backend']);
  }
  return places.flatMap((place) => {
    const path = [...place, 'service'];
    const service = getField(object, path);
    const name = isObject(service) ? service['name'] : undefined;
    const port = [getField(service, ['port', 'number']), getField(service, ['port', 'name'])].find(
      (one) => typeof one === 'number' || typeof one === 'string',
    );
    return typeof name === 'string' ? [{ path, name, port }] : [];
  });
}
