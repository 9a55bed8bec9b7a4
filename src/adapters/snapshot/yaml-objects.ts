import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { YamlError } from './full-yaml.ts';
import { readFullYaml } from './full-yaml.ts';
import { readPrintedYaml } from './printed-yaml.ts';

/** One value of a YAML file: a document, or one item of a list that was read item by item. */
export interface YamlValue {
  readonly value: JsonValue;
  /** 1-based line where it begins. */
  readonly line: number;
  /** For an item of a list that was cut: the list without its items. */
  readonly list?: JsonObject;
}

/**
 * Hands each value of a YAML text to `take`, one at a time, so that a dump's objects never lie in memory together.
 * The items of a printed list are cut out by their indentation and read alone; where that is not certain to be right,
 * the whole document goes through the full reader.
 */
export function eachYamlValue(source: string, take: (value: YamlValue) => void): Result<void, YamlError> {
  const text = source.includes('\r') ? source.replaceAll('\r\n', '\n') : source;
  // Directives change what follows them: such texts are read as a whole.
  if (/^%/m.test(text) || text.includes('\r')) return readWhole(text, 1, take);
  let line = 1;
  for (let start = 0; start <= text.length;) {
    const marker = /^(?:---|\.\.\.)(?=[\s]|$)/gm;
    marker.lastIndex = start;
    const next = marker.exec(text);
    const end = next === null ? text.length : next.index;
    const document = text.slice(start, end);
    const read = readDocument(document, line, take);
    if (!read.ok) return read;
    if (next === null) break;
    line += countLines(document);
    // What stands behind `---` on its line belongs to the document: `--- # comment`, `--- {}`.
    start = end + 3;
  }
  return ok(undefined);
}

function readDocument(text: string, line: number, take: (value: YamlValue) => void): Result<void, YamlError> {
  if (text.trim() === '') return ok(undefined);
  const cut = cutList(text);
  const envelope = cut === undefined ? undefined : readFullYaml(cut.envelope);
  const list = envelope?.ok === true ? envelope.value[0] : undefined;
  if (cut === undefined || !isObject(list) || typeof list['kind'] !== 'string' || !list['kind'].endsWith('List')) {
    const value = readPrintedYaml(text);
    if (value === undefined) return readWhole(text, line, take);
    take({ value, line });
    return ok(undefined);
  }
  for (const item of cut.items) {
    const value = readItem(text.slice(item.start, item.end));
    // An anchor of another item, or an error: the full reader decides, from the start. Objects handed over twice do no harm.
    if (value === undefined) return readWhole(text, line, take);
    take({ value, line: line + item.line, list });
  }
  return ok(undefined);
}

function readItem(text: string): JsonValue | undefined {
  const printed = readPrintedYaml(text);
  const values = printed === undefined ? readFullYaml(text) : ok([printed]);
  if (!values.ok || values.value.length !== 1) return undefined;
  const [value] = values.value;
  return Array.isArray(value) && value.length === 1 ? value[0] : undefined;
}

function readWhole(text: string, line: number, take: (value: YamlValue) => void): Result<void, YamlError> {
  const values = readFullYaml(text);
  if (!values.ok) return err({ ...values.error, line: values.error.line + line - 1 });
  for (const value of values.value) take({ value, line });
  return ok(undefined);
}

interface Cut {
  /** The document without the items. */
  readonly envelope: string;
  readonly items: readonly { readonly start: number; readonly end: number; readonly line: number }[];
}

/** The items of a block list below a top-level `items:`; undefined where the text has none in block style. */
function cutList(text: string): Cut | undefined {
  const head = /^items:[ ]*\n/m.exec(text);
  if (head === null) return undefined;
  const items: { start: number; end: number; line: number }[] = [];
  const from = head.index + head[0].length;
  let line = countLines(text.slice(0, from));
  let dash = -1;
  let start = from;
  for (; start < text.length; line++) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed + 1;
    let first = start;
    while (text.charCodeAt(first) === 0x20) first++;
    const code = text.charCodeAt(first);
    const blank = first >= text.length || code === 0x0a || code === 0x23;
    if (!blank) {
      if (dash < 0) dash = first - start;
      const isDash = code === 0x2d && (text.charCodeAt(first + 1) === 0x20 || text.charCodeAt(first + 1) === 0x0a);
      if (first - start < dash || (first - start === dash && !isDash)) break;
      if (first - start === dash) items.push({ start, end, line });
    }
    const last = items.at(-1);
    if (last !== undefined) last.end = end;
    start = end;
  }
  return items.length === 0 ? undefined : { envelope: text.slice(0, head.index) + text.slice(start), items };
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
