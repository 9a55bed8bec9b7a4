import type { ListNode, MapNode, YamlNode } from '../../domain/yaml/node.ts';
import { walk } from '../../domain/yaml/node.ts';
import type { Refusal, TextAt } from './refusal.ts';
import { refusalAt } from './refusal.ts';
import type { EditCode } from './refusal.ts';

/** One document during an edit: its text and tree, and the manner in which it is written. */
export interface Layout extends TextAt {
  readonly root: YamlNode;
  readonly eol: string;
  /** The text is JSON and has to stay JSON. */
  readonly json: boolean;
  /** Columns by which a nested map is indented. */
  readonly step: number;
  /** Whether the `- ` of a list stands deeper than the key that it belongs to. */
  readonly indentLists: boolean;
  /** Strings with line breaks are written as literal blocks; otherwise with escapes, on one line. */
  readonly literals: boolean;
  /** Quotes for strings that need some. */
  readonly quote: 'single' | 'double';
}

/** Reads indentation, list style and quotes off the document itself. */
export function layoutOf(at: TextAt, root: YamlNode, eol: string): Layout {
  const { text } = at;
  let step: number | undefined;
  let indentLists: boolean | undefined;
  let singles = 0;
  for (const node of walk(root)) {
    if (node.kind === 'scalar') singles += node.style === 'single' ? 1 : node.style === 'double' ? -1 : 0;
    if (node.kind !== 'map' || node.style !== 'block') continue;
    for (const { key, value } of node.entries) {
      if ((value.kind !== 'map' && value.kind !== 'list') || value.style !== 'block') continue;
      const deeper = columnOf(text, value.range[0]) - columnOf(text, key.range[0]);
      if (value.kind === 'map' && deeper > 0) step ??= deeper;
      if (value.kind === 'list') indentLists ??= deeper > 0;
    }
  }
  return {
    ...at,
    root,
    eol,
    json: isJson(root, text),
    step: step ?? 2,
    indentLists: indentLists ?? false,
    literals: true,
    quote: singles > 0 ? 'single' : 'double',
  };
}

function isJson(root: YamlNode, text: string): boolean {
  if (!isFlow(root)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a map or list is written in brackets. */
export function isFlow(node: YamlNode): boolean {
  return (node.kind === 'map' || node.kind === 'list') && node.style !== 'block';
}

/** Whether a map or list is written by indentation. */
export function isBlock(node: YamlNode): boolean {
  return (node.kind === 'map' || node.kind === 'list') && node.style === 'block';
}

/** Offset of the first character of the line that an offset is on. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Where the line's characters end, before its LF or CRLF. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  if (end < 0) return text.length;
  return end > offset && text[end - 1] === '\r' ? end - 1 : end;
}

/** Where the next line begins; the text's length where there is none. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

/** Characters before an offset on its line, from 0 on. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** What stands before an offset on its line. */
export function linePrefix(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset);
}

/** Whether only white space stands before an offset on its line. */
export function startsLine(text: string, offset: number): boolean {
  return linePrefix(text, offset).trim() === '';
}

/** Where a node's own text ends: without the comment behind it and the line break that ends a block. */
export function contentEnd(node: YamlNode, text: string): number {
  if (node.kind === 'map' && node.style === 'block') {
    const last = node.entries.at(-1);
    return last ? Math.max(contentEnd(last.value, text), last.after ?? last.key.range[1]) : node.range[1];
  }
  if (node.kind === 'list' && node.style === 'block') {
    const last = node.items.at(-1);
    return last ? Math.max(contentEnd(last.value, text), last.after) : node.range[1];
  }
  if (node.kind !== 'scalar' || (node.style !== 'literal' && node.style !== 'folded')) return node.range[1];
  return blockScalarEnd(node.range, text);
}

function blockScalarEnd([start, end]: readonly [number, number], text: string): number {
  const keep = /^[|>]\d?\+/.test(text.slice(start, start + 3));
  const last = beforeBreak(text, end);
  if (keep) return Math.max(last, start);
  // Blank lines behind the text are not a part of it.
  let at = last;
  while (lineStart(text, at) > start && text.slice(lineStart(text, at), at).trim() === '') {
    at = beforeBreak(text, lineStart(text, at));
  }
  return at;
}

function beforeBreak(text: string, at: number): number {
  if (text[at - 1] !== '\n') return at;
  return at - (text[at - 2] === '\r' ? 2 : 1);
}

/** The column of a block collection's keys or dashes, as blanks. Refuses tabs and `?` keys. */
export function indentOf(layout: Layout, node: MapNode | ListNode): string {
  const prefix = linePrefix(layout.text, node.range[0]);
  const odd = node.kind === 'map' && node.entries.some((entry) => entry.explicit);
  if (odd || prefix.includes('\t'))
    throw refuse(layout, 'edit-unsupported', 'the indentation here is unusual', node.range[0]);
  return ' '.repeat(prefix.length);
}

/** A refusal at an offset of a text whose layout is known. */
export function refuse(layout: TextAt, code: EditCode, message: string, offset: number, hint?: string): Refusal {
  return refusalAt(code, message, layout, offset, hint);
}
