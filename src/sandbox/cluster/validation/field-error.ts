import type { JsonValue } from '../../../domain/json.ts';

/** One complaint of field validation, in the words of k8s.io/apimachinery/pkg/util/validation/field. */
export interface FieldError {
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueNotFound'
    | 'FieldValueTooLong';
  readonly field: string;
  readonly message: string;
}

const show = (value: JsonValue): string => JSON.stringify(value);

/** A field that must be there is not (field.Required). */
export function required(field: string, detail = ''): FieldError {
  return {
    reason: 'FieldValueRequired',
    field,
    message: detail === '' ? 'Required value' : `Required value: ${detail}`,
  };
}

/** A value that is none for its field (field.Invalid). */
export function invalid(field: string, value: JsonValue, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${show(value)}: ${detail}` };
}

/** A value that is not among those supported (field.NotSupported). */
export function notSupported(field: string, value: JsonValue, supported: readonly string[]): FieldError {
  const list = [...supported].sort().map((item) => show(item));
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${show(value)}: supported values: ${list.join(', ')}`,
  };
}

/** A value that is there twice (field.Duplicate). */
export function duplicate(field: string, value: JsonValue): FieldError {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${show(value)}` };
}

/** A field that may not be set, or not be changed (field.Forbidden). */
export function forbidden(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${detail}` };
}

/** A value that names nothing (field.NotFound). */
export function notFound(field: string, value: JsonValue): FieldError {
  return { reason: 'FieldValueNotFound', field, message: `Not found: ${show(value)}` };
}

/** A value of too many bytes (field.TooLong). */
export function tooLong(field: string, bytes: number): FieldError {
  return { reason: 'FieldValueTooLong', field, message: `Too long: may not be more than ${bytes} bytes` };
}

/** `a: Required value`, or `[a: ..., b: ...]` for several. */
export function aggregate(errors: readonly FieldError[]): string {
  const lines = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  return lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`;
}
