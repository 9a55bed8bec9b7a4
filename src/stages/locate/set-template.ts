import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject, plainText } from '../../domain/json.ts';

/** What one generated Application is made with. Nested for Go templates; flat names such as `path.basename` otherwise. */
export type Parameters = JsonObject;

/**
 * Fills a template's strings, as the ApplicationSet controller does (applicationset/utils/utils.go): `{{ name }}` with
 * flat names, or, with `goTemplate`, field paths (`{{ .a.b }}`) and `{{ index .a.b N }}`. Undefined where a template
 * uses more than that (functions, conditions), which is not carried out here.
 */
export function fillTemplate(template: JsonValue, parameters: Parameters, goTemplate: boolean): JsonValue | undefined {
  if (typeof template === 'string') return fillText(template, parameters, goTemplate);
  if (isArray(template)) {
    const items = template.map((item) => fillTemplate(item, parameters, goTemplate));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (!isObject(template)) return template;
  const out: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(template)) {
    const filled = fillTemplate(value, parameters, goTemplate);
    const name = fillText(key, parameters, goTemplate);
    if (filled === undefined || name === undefined) return undefined;
    out[name] = filled;
  }
  return out;
}

function fillText(text: string, parameters: Parameters, goTemplate: boolean): string | undefined {
  let known = true;
  const filled = text.replace(/\{\{-?\s*(.*?)\s*-?\}\}/gs, (match, expression: string) => {
    const value = goTemplate ? goValue(expression, parameters) : parameters[expression];
    if (value === undefined) {
      // Without Go templates an unknown name is left as it is.
      if (goTemplate) known = false;
      return match;
    }
    return plainText(value);
  });
  return known ? filled : undefined;
}

function goValue(expression: string, parameters: Parameters): JsonValue | undefined {
  const index = /^index\s+(\.[\w.]+)\s+(?:(\d+)|"([^"]*)")$/.exec(expression);
  const path = index?.[1] ?? (/^\.[\w.]+$/.test(expression) ? expression : undefined);
  if (path === undefined) return undefined;
  let value: JsonValue | undefined = parameters;
  for (const key of path.split('.').filter((part) => part !== '')) {
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  if (!index) return isObject(value) || isArray(value) ? undefined : value;
  if (isArray(value)) return value[Number(index[2])];
  return isObject(value) ? value[index[3] ?? ''] : undefined;
}

/** `{a: {b: 1}, c: [2]}` as `a.b`, `c[0]`: the names that templates without `goTemplate` use. */
export function flatten(value: JsonValue, prefix = ''): Record<string, JsonValue> {
  if (isArray(value)) {
    return Object.assign({}, ...value.map((item, i) => flatten(item, `${prefix}[${i}]`)));
  }
  if (!isObject(value)) return { [prefix]: plainText(value) };
  const entries = Object.entries(value).map(([key, item]) => flatten(item, prefix === '' ? key : `${prefix}.${key}`));
  return Object.assign({}, ...entries);
}
