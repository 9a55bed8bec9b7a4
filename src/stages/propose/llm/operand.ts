import type { FieldPath } from '../../../domain/field-path.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { isArray, isObject, parseJson } from '../../../domain/json.ts';

/** Fields that take a number or a name (IntOrString, k8s.io/apimachinery/pkg/util/intstr). */
const INT_OR_STRING = new Set(['port', 'targetPort', 'maxSurge', 'maxUnavailable', 'minAvailable']);

/**
 * The value that a model means by a JSON text. Models forget the quotes of texts: where a text stands now, one without
 * quotes is taken as it is. A value of another type than the present one is refused; the string is the reason.
 */
export function readOperand(
  text: string,
  present: JsonValue | undefined,
  path: FieldPath,
): { readonly value: JsonValue } | string {
  const parsed = parseJson(text);
  if (present === undefined) return parsed === undefined ? 'the value is not JSON' : { value: parsed };
  const last = path.at(-1);
  if (
    typeof last === 'string' &&
    INT_OR_STRING.has(last) &&
    (typeof present === 'string' || typeof present === 'number')
  ) {
    const value = parsed ?? text;
    return typeof value === 'string' || Number.isInteger(value)
      ? { value }
      : 'the value is neither a number nor a name';
  }
  if (typeof present === 'string') {
    if (typeof parsed === 'string') return { value: parsed };
    return isObject(parsed) || isArray(parsed) ? 'the value is no text, but the present one is' : { value: text };
  }
  if (parsed === undefined) return 'the value is not JSON';
  return typeOf(parsed) === typeOf(present)
    ? { value: parsed }
    : `the value is ${typeOf(parsed)}, the present one ${typeOf(present)}`;
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  return isArray(value) ? 'a list' : isObject(value) ? 'a map' : typeof value;
}
