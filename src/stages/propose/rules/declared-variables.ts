import { getField } from '../../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { isObject, itemsOf } from '../../../domain/json.ts';
import type { RenderedObject } from '../../../domain/source.ts';

/** A variable whose value Git shows. */
export interface DeclaredVariable {
  readonly name: string;
  readonly value: string;
}

/** The variables of a container whose values Git shows: written out, or taken from a ConfigMap that is declared beside it. */
export function declaredVariables(
  container: JsonObject,
  siblings: readonly RenderedObject[],
  namespace: string | undefined,
): DeclaredVariable[] {
  const dataOf = (name: JsonValue | undefined): JsonObject => {
    const holder = siblings.find(
      ({ ref }) => ref.kind === 'ConfigMap' && ref.name === name && ref.namespace === namespace,
    );
    const data = holder?.object['data'];
    return isObject(data) ? data : {};
  };
  const whole = itemsOf(container['envFrom']).flatMap((source) => {
    const prefix = getField(source, ['prefix']);
    return Object.entries(dataOf(getField(source, ['configMapRef', 'name']))).flatMap(([key, value]) =>
      variable(`${typeof prefix === 'string' ? prefix : ''}${key}`, value),
    );
  });
  const single = itemsOf(container['env']).flatMap((item) => {
    const from = getField(item, ['valueFrom', 'configMapKeyRef']);
    const key = getField(from, ['key']);
    const held = typeof key === 'string' ? dataOf(getField(from, ['name']))[key] : undefined;
    return variable(getField(item, ['name']), getField(item, ['value']) ?? held);
  });
  // What `env` says wins over `envFrom` (core/v1 Container).
  return [...whole.filter(({ name }) => !single.some((one) => one.name === name)), ...single];
}

function variable(name: JsonValue | undefined, value: JsonValue | undefined): DeclaredVariable[] {
  return typeof name === 'string' && typeof value === 'string' ? [{ name, value }] : [];
}
