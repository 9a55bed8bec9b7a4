import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import { plainScalar } from './printed-scalar.ts';

const CLEAR = /^[!-~](?:[ -~]*[!-~])?$/;

/** The items of a list as `kubectl get -o yaml` lays them out: two spaces a level, dashes not indented. */
export function printItem(item: JsonObject): string {
  return printList([item], '').join('\n') + '\n';
}

function printMap(object: JsonObject, indent: string): string[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const head = `${indent}${printScalar(key)}:`;
    if (isObject(value) && Object.keys(value).length > 0) return [head, ...printMap(value, `${indent}  `)];
    if (isArray(value) && value.length > 0) return [head, ...printList(value, indent)];
    return [`${head} ${printScalar(value)}`];
  });
}

function printList(items: readonly JsonValue[], indent: string): string[] {
  return items.flatMap((item) => {
    const inner = `${indent}  `;
    const lines = isObject(item)
      ? printMap(item, inner)
      : isArray(item) && item.length > 0
        ? printList(item, inner)
        : [];
    if (lines.length === 0) return [`${indent}- ${printScalar(item)}`];
    return [`${indent}- ${(lines[0] ?? '').slice(inner.length)}`, ...lines.slice(1)];
  });
}

/** Plain where every YAML version reads the same text back, else in double quotes; empty containers too. */
function printScalar(value: JsonValue): string {
  if (typeof value === 'string' && CLEAR.test(value) && plainScalar(value) === value) return value;
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
