import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject, plainText } from '../../domain/json.ts';
import { fillGoTemplate } from './go-template.ts';

/** What one generated Application is made with. Nested for Go templates; flat names such as `path.basename` otherwise. */
export type Parameters = JsonObject;

/**
 * Fills a template's strings, as the ApplicationSet controller does (applicationset/utils/utils.go): `{{ name }}` with
 * flat names, or, with `goTemplate`, what `fillGoTemplate` understands. Undefined where a template uses more than that.
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
  if (goTemplate) return fillGoTemplate(text, parameters);
  // Without Go templates an unknown name is left as it is.
  return text.replace(/\{\{\s*(.*?)\s*\}\}/gs, (match, name: string) => {
    const value = parameters[name];
    return value === undefined ? match : plainText(value);
  });
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
