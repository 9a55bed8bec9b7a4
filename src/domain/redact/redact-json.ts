import type { JsonObject, JsonValue } from '../json.ts';
import { isArray, isObject } from '../json.ts';
import type { Redact } from '../redact.ts';
import { isSecretValue, REDACTED } from './secret-value.ts';

/**
 * Hides secrets in a JSON value and keeps its form: each text passes `redact`; values under a telling name, values of
 * environment variables with a telling name, and all values of a Secret are hidden whole.
 */
export function redactJson(value: JsonValue, redact: Redact): JsonValue {
  if (typeof value === 'string') return redact(value);
  if (isArray(value)) return redactItems(value, redact);
  return isObject(value) ? redactObject(value, redact) : value;
}

/** Items of a list; a command line that gives a secret as the word after its flag loses that word. */
function redactItems(list: readonly JsonValue[], redact: Redact): JsonValue[] {
  return list.map((item, i) => {
    const flag = list[i - 1];
    const named = typeof flag === 'string' ? /^--?([A-Za-z][\w.-]*)$/.exec(flag)?.[1] : undefined;
    if (named !== undefined && typeof item === 'string' && isSecretValue(named, item)) return REDACTED;
    return redactJson(item, redact);
  });
}

function redactObject(object: JsonObject, redact: Redact): JsonObject {
  const variable = typeof object['name'] === 'string' ? object['name'] : undefined;
  const entries = Object.entries(object).map(([key, value]): [string, JsonValue] => {
    if (object['kind'] === 'Secret' && (key === 'data' || key === 'stringData') && isObject(value)) {
      return [key, Object.fromEntries(Object.keys(value).map((name) => [name, REDACTED]))];
    }
    const name = key === 'value' && variable !== undefined ? variable : key;
    return [key, redactNamed(name, value, redact)];
  });
  return Object.fromEntries(entries);
}

/** Hides a value that stands under `name`: whole where the name tells, inside where it does not. */
function redactNamed(name: string, value: JsonValue, redact: Redact): JsonValue {
  if (typeof value === 'number' && isSecretValue(name, String(value))) return REDACTED;
  if (typeof value === 'string' && isSecretValue(name, value)) return REDACTED;
  if (isArray(value) && value.every((item) => typeof item === 'string')) {
    return redactItems(value, redact).map((item) =>
      typeof item === 'string' && isSecretValue(name, item) ? REDACTED : item,
    );
  }
  return redactJson(value, redact);
}
