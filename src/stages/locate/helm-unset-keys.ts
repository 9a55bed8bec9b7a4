import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import { partsOf } from './changed-text.ts';
import type { Layer, ValueChange } from './helm-layers.ts';
import type { Goal } from './goal.ts';
import { nameSimilarity, proposeValues } from './proposals.ts';
import type { TemplateKey } from './template-keys.ts';
import { templateKeys } from './template-keys.ts';
import type { Wish } from './value-candidates.ts';
import { namesOf } from './value-candidates.ts';

/** What a chart's templates read and no values file has yet. */
export interface UnsetKeys {
  /** Keys whose default in the template shows in the field, with what gives the wanted one; less cost is likelier. */
  defaults(wish: Wish): readonly { readonly change: ValueChange; readonly cost: number }[];
  /** Keys that are named like the field, the nearest first. */
  named(wish: Wish): readonly ValueChange[];
}

/** Keys that templates name (`.Values.a.b`) and that are unset, or empty, in the values. */
export function unsetKeys(
  { source, declared, operations }: Goal,
  layers: readonly Layer[],
  values: JsonValue,
): UnsetKeys {
  const segments = operations.flatMap(({ path }) => path.slice(0, -1));
  const itemNames = segments.flatMap((segment) => (typeof segment === 'object' ? [segment.value] : []));
  let known: readonly TemplateKey[] | undefined;
  const keys = (): readonly TemplateKey[] => {
    known ??= templateKeys(source, layers, values, declared.ref.name, itemNames);
    return known;
  };
  return {
    defaults({ path, before, after }) {
      if (before === undefined || after === undefined) return [];
      const field = namesOf(path);
      const found = keys().flatMap(({ key, names, fallback = null }) => {
        const now = getField(values, key);
        // Templates take an empty value for none.
        if (now !== undefined && now !== null && now !== '') return [];
        const near = Math.min(nameSimilarity(field, names), 4) * 0.15;
        // Of keys of one name, the one whose whole path is like the field's.
        const like = Math.min(nameSimilarity(field, namesOf(key)), 8) * 0.01;
        return proposeValues(fallback, before, after).map(({ value, distance }) => {
          return { change: { key, value }, cost: distance - near - like + 0.3 };
        });
      });
      return [...new Map(found.map((one) => [JSON.stringify(one.change), one])).values()]
        .sort((a, b) => a.cost - b.cost)
        .slice(0, MOST_DEFAULTS);
    },
    named({ path, before, after }) {
      if (after === undefined) return [];
      const field = namesOf(path);
      const found = new Map<string, { readonly key: FieldPath; readonly near: number }>();
      for (const { key, names } of keys()) {
        const near = nameSimilarity(field, names);
        if (near > 0 && getField(values, key) === undefined) found.set(formatFieldPath(key), { key, near });
      }
      const last = path.at(-1);
      const item = typeof last === 'object' || typeof last === 'number' || last === '-';
      const texts = typeof before === 'string' && typeof after === 'string' ? partsOf(before, after) : [after];
      return [...found.values()]
        .sort((a, b) => b.near - a.near)
        .slice(0, 4)
        .flatMap(({ key }): ValueChange[] => {
          if (item && before === undefined) return [{ key, value: [after] }];
          const whole = texts.flatMap((value) => [{ key, value }, ...asMap(value).map((map) => ({ key, value: map }))]);
          return key.at(-1) === last || typeof last !== 'string'
            ? whole
            : [...whole, { key, value: { [last]: after } }];
        });
    },
  };
}

/** A list of named values as charts take it too: `{A: x}` for `[{name: A, value: x}]`. */
function asMap(list: JsonValue): readonly JsonValue[] {
  if (!isArray(list) || list.length === 0) return [];
  const entries = list.flatMap((item) =>
    isObject(item) && typeof item.name === 'string' && item.value !== undefined
      ? [[item.name, item.value] as const]
      : [],
  );
  return entries.length === list.length ? [Object.fromEntries(entries)] : [];
}

/** Each costs a render or two. */
const MOST_DEFAULTS = 6;
