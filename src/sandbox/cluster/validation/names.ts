import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { isObject } from '../../../domain/json.ts';
import type { FieldError } from './field-error.ts';
import { invalid, required, tooLong as tooLargeField } from './field-error.ts';
import { wordOf } from '../json-object.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const QUALIFIED_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

// apimachinery TotalAnnotationSizeLimitB: keys and values together.
const MOST_ANNOTATIONS = 256 * 1024;
const tooLong = (max: number): string => `must be no more than ${max} characters`;

/** A container, volume or port-like name: RFC 1123 label of at most 63 characters. */
export function dnsLabel(field: string, value: JsonValue | undefined): FieldError[] {
  if (typeof value !== 'string' || value === '') return [required(field)];
  if (value.length > 63) return [invalid(field, value, tooLong(63))];
  return LABEL.test(value) ? [] : [invalid(field, value, LABEL_TEXT)];
}

/** An object's name: RFC 1123 subdomain of at most 253 characters. */
export function dnsSubdomain(field: string, value: JsonValue | undefined): FieldError[] {
  if (typeof value !== 'string' || value === '') return [required(field)];
  if (value.length > 253) return [invalid(field, value, tooLong(253))];
  return SUBDOMAIN.test(value) ? [] : [invalid(field, value, SUBDOMAIN_TEXT)];
}

/** A port's name (IANA service name): at most 15 characters with at least one letter. */
export function portName(field: string, value: JsonValue): FieldError[] {
  const text = wordOf(value);
  const problems: string[] = [];
  if (text.length > 15) problems.push(tooLong(15));
  if (!/^[-a-z0-9]*$/.test(text))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text)) problems.push('must contain at least one letter (a-z)');
  if (text.includes('--')) problems.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems.map((detail) => invalid(field, value, detail));
}

/** A port: 1 to 65535. */
export function portNumber(field: string, value: JsonValue): FieldError[] {
  const valid = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;
  return valid ? [] : [invalid(field, value, 'must be between 1 and 65535, inclusive')];
}

/** A port that may be a number or a name. */
export function portRef(field: string, value: JsonValue | undefined): FieldError[] {
  if (value === undefined) return [required(field)];
  return typeof value === 'number' ? portNumber(field, value) : portName(field, value);
}

/** A number that may not be below zero. */
export function nonNegative(field: string, value: JsonValue | undefined): FieldError[] {
  return typeof value === 'number' && value < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : [];
}

/** Labels, or a selector's matchLabels: keys are qualified names, values label values. */
export function labels(field: string, value: JsonValue | undefined): FieldError[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, text]) => {
    const errors = qualifiedName(field, key);
    const word = wordOf(text);
    if (word.length > 63) errors.push(invalid(field, text, tooLong(63)));
    else if (word !== '' && !QUALIFIED.test(word)) errors.push(invalid(field, text, LABEL_VALUE_TEXT));
    return errors;
  });
}

function qualifiedName(field: string, key: string): FieldError[] {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2 || name === '' || name.length > 63 || !QUALIFIED.test(name)) {
    return [invalid(field, key, QUALIFIED_TEXT)];
  }
  const prefix = parts.length === 2 ? (parts[0] ?? '') : undefined;
  return prefix === undefined || SUBDOMAIN.test(prefix) ? [] : [invalid(field, key, `prefix part ${SUBDOMAIN_TEXT}`)];
}

/** metadata of an object: its name and labels, and annotation keys. */
export function metadataErrors(metadata: JsonObject): FieldError[] {
  const { name, generateName } = metadata;
  const named =
    name === undefined && typeof generateName === 'string'
      ? []
      : name === undefined || name === ''
        ? [required('metadata.name', 'name or generateName is required')]
        : dnsSubdomain('metadata.name', name);
  const annotations = isObject(metadata.annotations) ? metadata.annotations : {};
  const annotationBytes = Buffer.byteLength(Object.entries(annotations).flat().map(wordOf).join(''));
  return [
    ...named,
    ...labels('metadata.labels', metadata.labels),
    ...Object.keys(annotations).flatMap((key) => qualifiedName('metadata.annotations', key.toLowerCase())),
    ...(annotationBytes > MOST_ANNOTATIONS ? [tooLargeField('metadata.annotations', MOST_ANNOTATIONS)] : []),
  ];
}
