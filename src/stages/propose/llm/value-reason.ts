import type { FieldPath } from '../../../domain/field-path.ts';
import { formatFieldPath } from '../../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { deepEqual, isArray, isObject } from '../../../domain/json.ts';
import { redactJson } from '../../../domain/redact/redact-json.ts';
import { secrecyOf } from '../../../domain/redact/secret-name.ts';
import type { Redact } from '../../../domain/redact.ts';
import { REDACTED } from '../../../domain/redact.ts';
import type { Known } from './known.ts';
import { imagesIn, textsOf } from './known.ts';

const HOST_NAME = /host|addr|url|uri|endpoint|server|broker|upstream|domain|dsn/i;
const LONGEST_TEXT = 1000;

/** Why a change would read or write a credential; undefined where it does not. */
export function credentialReason(
  path: FieldPath,
  present: JsonValue | undefined,
  next: JsonValue | undefined,
  redact: Redact,
): string | undefined {
  const field = formatFieldPath(path);
  if (textsOf(next).some((text) => text.includes(REDACTED)))
    return `${field} would be set to ${REDACTED}, which stands for a value that nobody sees`;
  if (present !== undefined && hides(path, present, redact)) return `${field} holds a secret, which was not shown`;
  if (next !== undefined && hides(path, next, redact)) return `${field} would be given what looks like a credential`;
  const variable = path.at(-1) === 'value' ? nameOf(path) : undefined;
  if (variable !== undefined && secrecyOf(variable) === 'secret')
    return `${field} is a credential, which is never invented`;
  return undefined;
}

/** Why a new value brings something in that nobody declared; undefined where it does not. */
export async function valueReason(
  path: FieldPath,
  next: JsonValue | undefined,
  known: Known,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (next === undefined) return undefined;
  const last = path.at(-1);
  const images = last === 'image' && typeof next === 'string' ? [next] : imagesIn(next);
  for (const image of images) {
    const reason = await known.unknownImage(image, signal);
    if (reason !== undefined) return reason;
  }
  const name = last === 'value' ? (nameOf(path) ?? '') : typeof last === 'string' ? last : '';
  for (const [key, text] of namedTexts(name, next)) {
    if (key === 'image') continue;
    if (text.length > LONGEST_TEXT) return `the new text is longer than ${LONGEST_TEXT} characters`;
    const reason = known.unknownHost(text, HOST_NAME.test(key));
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Every text of a value with the name it stands under: its key, or the variable's name for `value` beside `name`. */
function namedTexts(name: string, value: JsonValue): [name: string, text: string][] {
  if (typeof value === 'string') return [[name, value]];
  if (isArray(value)) return value.flatMap((item) => namedTexts(name, item));
  if (!isObject(value)) return [];
  const variable = value['name'];
  return Object.entries(value).flatMap(([key, inner]) =>
    namedTexts(key === 'value' && typeof variable === 'string' ? variable : key, inner),
  );
}

/** The name of the list item that a path goes into last: of a variable, for its `value`. */
function nameOf(path: FieldPath): string | undefined {
  const item = path.at(-2);
  return typeof item === 'object' && item.key === 'name' ? item.value : undefined;
}

/** Whether the redactor would hide something of a value that stands at this path. */
function hides(path: FieldPath, value: JsonValue, redact: Redact): boolean {
  const variable = nameOf(path);
  const last = path.at(-1);
  const key = typeof last === 'string' ? last : 'item';
  const inPlace: JsonObject = variable === undefined ? { [key]: value } : { name: variable, [key]: value };
  return !deepEqual(redactJson(inPlace, redact), inPlace);
}
