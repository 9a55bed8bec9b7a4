import type { Operation } from '../../../domain/change.ts';
import type { FieldPath } from '../../../domain/field-path.ts';
import { getField, parseFieldPath } from '../../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { deepEqual, isArray } from '../../../domain/json.ts';
import type { RelativeChange } from '../../../domain/pattern.ts';
import { containerPath } from '../../../domain/pod-template.ts';
import { parseQuantity } from '../../../domain/quantity.ts';
import { scaleQuantity } from '../../../domain/scale-quantity.ts';

/** The operations of a relative change on one declared object; undefined where it does not apply to it. */
export function instantiate(
  change: RelativeChange,
  target: { readonly kind: string; readonly object: JsonObject; readonly container: string | undefined },
): readonly Operation[] | undefined {
  const prefix = change.inContainer
    ? target.container === undefined
      ? undefined
      : containerPath(target.kind, target.object, target.container)
    : [];
  const below = parseFieldPath(change.field);
  if (!prefix || !below.ok) return undefined;
  const path = [...prefix, ...below.value];
  if (change.kind === 'multiply') {
    const present = getField(target.object, path);
    if (typeof present !== 'string' && typeof present !== 'number') return undefined;
    if (!parseQuantity(present).ok) return undefined;
    const value = scaleQuantity(present, change.factor, path.at(-1) === 'cpu' ? 'cores' : 'others');
    return value === undefined
      ? undefined
      : [
          { op: 'test', path, value: present },
          { op: 'replace', path, value },
        ];
  }
  const place = placeOf(target.object, path, change.from);
  if (!place) return undefined;
  const test: Operation = { op: 'test', path: place, value: change.from };
  return change.kind === 'remove'
    ? [test, { op: 'remove', path: place }]
    : [test, { op: 'replace', path: place, value: change.value }];
}

/** Where the old value stands: at the learned path, or at the one other index of the same list that has it. */
function placeOf(object: JsonObject, path: FieldPath, from: JsonValue): FieldPath | undefined {
  if (deepEqual(getField(object, path), from)) return path;
  const list = getField(object, path.slice(0, -1));
  if (typeof path.at(-1) !== 'number' || !isArray(list)) return undefined;
  const hits = list.flatMap((item, i) => (deepEqual(item, from) ? [i] : []));
  const [hit] = hits;
  return hit !== undefined && hits.length === 1 ? [...path.slice(0, -1), hit] : undefined;
}
