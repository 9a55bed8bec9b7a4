import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject, plainText } from '../../domain/json.ts';

/**
 * Fills a Go template of an ApplicationSet (`goTemplate: true`): fields, `index`, pipelines, and the functions of sprig that
 * names and paths are made with. Undefined where it uses more (conditions, loops, other functions), or a field that is not there.
 */
export function fillGoTemplate(text: string, parameters: JsonObject): string | undefined {
  let known = true;
  const filled = text.replace(ACTION, (_match, action: string) => {
    const value = evaluate(tokensOf(action), parameters);
    if (value === undefined || value === null || typeof value === 'object') known = false;
    return plainText(value);
  });
  return known ? filled : undefined;
}

/** `{{- ` and ` -}}` take the blanks outside with them. */
const ACTION = /(?:\s*\{\{-(?=\s)|\{\{)\s*(.*?)\s*(?:(?<=\s)-\}\}\s*|\}\})/gs;
const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|`[^`]*`|[()|]|[^\s()|"`]+/g;

function tokensOf(action: string): readonly string[] {
  return (action.match(TOKEN) ?? []).filter((token) => token.trim() !== '');
}

/** Null is a field that is not there; undefined is what is not understood. */
type Value = JsonValue | undefined;

/** Commands parted by `|`, each the last argument of the next. */
function evaluate(tokens: readonly string[], parameters: JsonObject): Value {
  let piped: Value;
  let first = true;
  for (const command of splitAt(tokens, '|')) {
    const words = argumentsOf(command, parameters);
    if (!words) return undefined;
    const [name = '', ...rest] = words.names;
    const values = words.values.slice(1);
    const given = first ? values : [...values, piped ?? null];
    if (first && rest.length === 0 && !Object.hasOwn(FUNCTIONS, name)) piped = words.values[0];
    else if (!Object.hasOwn(FUNCTIONS, name) || given.includes(undefined)) return undefined;
    else piped = FUNCTIONS[name]?.(given.filter((value) => value !== undefined));
    if (piped === undefined) return undefined;
    first = false;
  }
  return first ? undefined : piped;
}

/** What a command is made of: each word, and the value that it has. Undefined where brackets do not close. */
function argumentsOf(
  tokens: readonly string[],
  parameters: JsonObject,
): { readonly names: readonly string[]; readonly values: readonly Value[] } | undefined {
  const names: string[] = [];
  const values: Value[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] ?? '';
    if (token !== '(') {
      names.push(token);
      values.push(operand(token, parameters));
      continue;
    }
    let depth = 1;
    let end = i + 1;
    for (; end < tokens.length && depth > 0; end++) depth += tokens[end] === '(' ? 1 : tokens[end] === ')' ? -1 : 0;
    if (depth > 0) return undefined;
    names.push('');
    values.push(evaluate(tokens.slice(i + 1, end - 1), parameters));
    i = end - 1;
  }
  return { names, values };
}

function operand(token: string, parameters: JsonObject): Value {
  if (token.startsWith('`')) return token.slice(1, -1);
  if (/^("|-?\d+$|true$|false$)/.test(token)) {
    try {
      const value: unknown = JSON.parse(token);
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
    } catch {
      return undefined;
    }
  }
  if (token === '.') return parameters;
  if (!/^(\.\w+)+$/.test(token)) return undefined;
  return token
    .slice(1)
    .split('.')
    .reduce<Value>((value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : null), parameters);
}

function splitAt(tokens: readonly string[], separator: string): readonly (readonly string[])[] {
  const out: string[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += token === '(' ? 1 : token === ')' ? -1 : 0;
    if (token === separator && depth === 0) out.push([]);
    else out.at(-1)?.push(token);
  }
  return out;
}

const isEmpty = (value: Value): boolean =>
  value === null || value === '' || value === 0 || value === false || (isArray(value) && value.length === 0);

function onTexts(make: (...texts: readonly string[]) => string | undefined): (values: readonly JsonValue[]) => Value {
  return (values) => (values.every((value) => typeof value === 'string') ? make(...values) : undefined);
}

/** By the names of Masterminds/sprig; `normalize` is the ApplicationSet controller's own (applicationset/utils/utils.go). */
const FUNCTIONS: Readonly<Record<string, (values: readonly JsonValue[]) => Value>> = {
  lower: onTexts((text = '') => text.toLowerCase()),
  upper: onTexts((text = '') => text.toUpperCase()),
  trim: onTexts((text = '') => text.trim()),
  trimPrefix: onTexts((prefix = '', text = '') => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  trimSuffix: onTexts((suffix = '', text = '') =>
    suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text,
  ),
  replace: onTexts((old = '', now = '', text = '') => (old === '' ? undefined : text.replaceAll(old, () => now))),
  normalize: onTexts((text = '') =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9.-]/g, '-')
      .slice(0, 253)
      .replace(/^[-.]+|[-.]+$/g, ''),
  ),
  splitList: ([separator, text]) =>
    typeof separator === 'string' && typeof text === 'string' ? text.split(separator) : undefined,
  join: ([separator, list]) =>
    typeof separator === 'string' && isArray(list) ? list.map(plainText).join(separator) : undefined,
  first: ([list]) => (isArray(list) ? (list[0] ?? null) : undefined),
  last: ([list]) => (isArray(list) ? (list.at(-1) ?? null) : undefined),
  index: ([root, ...keys]) =>
    keys.reduce<Value>((value, key) => {
      if (isArray(value) && typeof key === 'number') return value[key];
      return isObject(value) && typeof key === 'string' ? (value[key] ?? null) : undefined;
    }, root),
  default: ([other, value]) => (isEmpty(value ?? null) ? other : value),
  quote: ([value]) => JSON.stringify(plainText(value)),
  toString: ([value]: readonly JsonValue[]) => (value === null ? undefined : plainText(value)),
  trunc: ([length, text]) =>
    typeof length === 'number' && length >= 0 && typeof text === 'string' ? text.slice(0, length) : undefined,
  printf: ([format, ...values]) => {
    if (typeof format !== 'string' || (format.match(/%/g) ?? []).length !== values.length) return undefined;
    let at = 0;
    const printed = format.replaceAll(/%[svd]/g, () => plainText(values[at++]));
    return at === values.length ? printed : undefined;
  },
};
