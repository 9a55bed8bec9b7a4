import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import type { Layout } from './layout.ts';
import { literalBlock, scalarText } from './scalar-text.ts';

/** Whether a value is written as a block of lines (a map or list with something in it). */
export function isBlockValue(value: JsonValue): value is JsonObject | readonly JsonValue[] {
  if (isArray(value)) return value.length > 0;
  return isObject(value) && Object.keys(value).length > 0;
}

/** One-line text of any value, as it stands inside `{}` or `[]`. */
export function flowText(value: JsonValue, layout: Layout): string {
  if (layout.json) return jsonText(value);
  if (isArray(value)) return `[${value.map((item) => flowText(item, layout)).join(', ')}]`;
  if (isObject(value)) {
    const entries = Object.entries(value).map(
      ([key, item]) => `${keyText(key, layout, true)}: ${flowText(item, layout)}`,
    );
    return `{${entries.join(', ')}}`;
  }
  return scalarText(value, { quote: 'plain', flow: true, fallback: layout.quote });
}

function jsonText(value: JsonValue): string {
  if (isArray(value)) return `[${value.map(jsonText).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${jsonText(item)}`)
    .join(', ')}}`;
}

/** A map key as it is written: plain where YAML reads the same back, else in quotes. */
export function keyText(key: string, layout: Layout, flow: boolean): string {
  if (layout.json) return JSON.stringify(key);
  return scalarText(key, { quote: 'plain', flow, fallback: layout.quote });
}

/** Lines of `key: value` with the key in column `column`. */
export function entryLines(key: string, value: JsonValue, column: number, layout: Layout): string[] {
  const head = `${' '.repeat(column)}${keyText(key, layout, false)}:`;
  if (isBlockValue(value)) {
    const deeper = isArray(value) && !layout.indentLists ? column : column + layout.step;
    return [head, ...blockLines(value, deeper, layout)];
  }
  const [first = '', ...rest] = inlineLines(value, column, layout.step, layout);
  return [`${head} ${first}`, ...rest];
}

/** Lines of `- value` with the dash in column `column` and `gap` blanks behind it. */
export function itemLines(value: JsonValue, column: number, layout: Layout, gap = 1): string[] {
  const dash = `${' '.repeat(column)}-${' '.repeat(gap)}`;
  const inner = column + 1 + gap;
  const [first = '', ...rest] = isBlockValue(value)
    ? blockLines(value, inner, layout)
    : inlineLines(value, column, 1 + gap, layout);
  return [dash + first.trimStart(), ...rest];
}

/** Lines of a map or list in block style, its keys or dashes in column `column`. */
export function blockLines(value: JsonObject | readonly JsonValue[], column: number, layout: Layout): string[] {
  if (isArray(value)) return value.flatMap((item) => itemLines(item, column, layout));
  return Object.entries(value).flatMap(([key, item]) => entryLines(key, item, column, layout));
}

/** A value that stays on the line of its key or dash, or a literal block that is `deeper` columns behind that. */
export function inlineLines(value: JsonValue, column: number, deeper: number, layout: Layout): string[] {
  const block = typeof value === 'string' && layout.literals && !layout.json ? literalBlock(value, deeper) : undefined;
  const indent = ' '.repeat(column + deeper);
  if (block) return [block.header, ...block.lines.map((line) => (line === '' ? '' : indent + line))];
  if (isArray(value)) return ['[]'];
  if (isObject(value)) return ['{}'];
  return [scalarText(value, { quote: 'plain', flow: false, fallback: layout.quote })];
}
