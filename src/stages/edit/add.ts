import type { Span } from '../../domain/change-set.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { ListNode, MapNode } from '../../domain/yaml/node.ts';
import { entryLines, flowText, isBlockValue, itemLines, keyText } from './collection-text.ts';
import type { Layout } from './layout.ts';
import { contentEnd, indentOf, isFlow, lineEnd, linePrefix, lineStart, refuse, startsLine } from './layout.ts';
import { replaceValue, siblingQuote, slotAfter } from './replace.ts';
import { scalarText } from './scalar-text.ts';
import type { Slot } from './target.ts';
import { findTarget } from './target.ts';

/**
 * Splices that add `value` to the map or list at `parent`: under a new key, or before item `position` of a list (the
 * list's length appends). The new lines stand beside their siblings and are written as they are.
 */
export function addValue(layout: Layout, parent: FieldPath, position: string | number, value: JsonValue): Span[] {
  const target = findTarget(layout, parent);
  const { node, slots, inFlow } = target;
  if (node.kind !== 'map' && node.kind !== 'list') {
    const name = formatFieldPath(parent);
    throw refuse(layout, 'edit-unsupported', `${name} is neither a map nor a list`, node.range[0]);
  }
  const empty = (node.kind === 'map' ? node.entries : node.items).length === 0;
  if (empty && !inFlow && !layout.json && slots.length > 0 && isBlockValue(value)) {
    return replaceValue(layout, target, node.kind === 'map' ? { [String(position)]: value } : [value]);
  }
  if (empty && node.kind === 'map' && slots.length === 0) {
    const first = firstEntry(layout, node, String(position), value);
    if (first) return [first];
  }
  if (isFlow(node)) return addToFlow(layout, node, position, value);
  return node.kind === 'map'
    ? addEntry(layout, node, String(position), value)
    : addItem(layout, node, slots.at(-1), Number(position), value);
}

function addEntry(layout: Layout, node: MapNode, key: string, value: JsonValue): Span[] {
  const indent = indentOf(layout, node);
  const lines = entryLines(key, value, indent.length, layout);
  return [insertLines(layout, contentEnd(node, layout.text), lines)];
}

/** The first entry of a whole document: of a file with nothing in it but comments, or one that says `{}` and is not JSON. */
function firstEntry(layout: Layout, node: MapNode, key: string, value: JsonValue): Span | undefined {
  const { text, eol } = layout;
  const [start, end] = node.range;
  const lines = entryLines(key, value, 0, { ...layout, json: false }).join(eol);
  if (!isFlow(node)) return { start: end, end, text: text === '' || text.endsWith('\n') ? lines + eol : eol + lines };
  const alone = /^\{\s*\}$/.test(text.slice(start, end)) && linePrefix(text, start) === '';
  return alone && text.slice(end).trim() === '' && !layout.file.endsWith('.json')
    ? { start, end, text: lines }
    : undefined;
}

/** Puts lines below the line that holds `offset`, so that the comment on that line stays on it. */
function insertLines(layout: Layout, offset: number, lines: readonly string[]): Span {
  const at = lineEnd(layout.text, offset);
  return { start: at, end: at, text: layout.eol + lines.join(layout.eol) };
}

function addItem(layout: Layout, node: ListNode, slot: Slot | undefined, index: number, value: JsonValue): Span[] {
  const { text } = layout;
  const indent = indentOf(layout, node);
  const lines = newItemLines(layout, node, indent.length, value);
  const before = node.items[index - 1];
  if (before) return [insertLines(layout, Math.max(contentEnd(before.value, text), before.after), lines)];
  if (!startsLine(text, node.range[0])) {
    throw refuse(layout, 'edit-unsupported', 'an item before the first is not added here', node.range[0]);
  }
  if (slot) return [insertLines(layout, slotAfter(slot), lines)];
  const at = lineStart(text, node.range[0]);
  return [{ start: at, end: at, text: lines.join(layout.eol) + layout.eol }];
}

/** The new item in the manner of the others: `{}` where all are in `{}`, the same quotes, the same blanks behind the dash. */
function newItemLines(layout: Layout, node: ListNode, column: number, value: JsonValue): string[] {
  const blanks = node.items.map((item) => layout.text.slice(item.dash + 1, item.value.range[0])).at(-1) ?? ' ';
  const gap = /^ +$/.test(blanks) ? blanks.length : 1;
  const dash = `${' '.repeat(column)}-${' '.repeat(gap)}`;
  const flow = node.items.length > 0 && node.items.every((item) => isFlow(item.value));
  if (flow && isBlockValue(value)) return [dash + flowText(value, layout)];
  const quote = siblingQuote(node);
  if (typeof value === 'string' && quote !== 'plain' && !value.includes('\n')) {
    return [dash + scalarText(value, { quote, flow: false })];
  }
  return itemLines(value, column, layout, gap);
}

function addToFlow(layout: Layout, node: MapNode | ListNode, position: string | number, value: JsonValue): Span[] {
  const { text, eol } = layout;
  const [start, end] = node.range;
  if (node.style === 'implicit') throw refuse(layout, 'edit-unsupported', 'this map has no braces', start);
  const entry = newFlowText(layout, node, position, value);
  const count = node.kind === 'map' ? node.entries.length : node.items.length;
  if (count === 0) return [fillEmpty(layout, node, entry)];
  if (node.kind === 'list' && Number(position) < count) return [insertBefore(layout, node, Number(position), entry)];
  const last = (node.kind === 'map' ? node.entries : node.items).at(-1)?.value;
  const key = node.kind === 'map' ? node.entries.at(-1)?.key : undefined;
  const lastEnd = last?.range[1] ?? end;
  const lastStart = key?.range[0] ?? last?.range[0] ?? start;
  const rest = text.slice(lastEnd, end - 1);
  const comma = /^\s*,/.test(rest);
  if (!comma && /^[^,]*#[^]*,/.test(rest)) {
    throw refuse(layout, 'edit-unsupported', 'a comment stands before the comma here', lastEnd);
  }
  const prefix = linePrefix(text, lastStart);
  const line = lineEnd(text, lastEnd);
  if (prefix.trim() !== '') return [{ start: lastEnd, end: lastEnd, text: `, ${entry}` }];
  if (line > end - 1) return [{ start: lastEnd, end: lastEnd, text: `,${eol}${prefix}${entry}` }];
  const body = `${eol}${prefix}${entry}${comma ? ',' : ''}`;
  if (comma) return [{ start: line, end: line, text: body }];
  if (line === lastEnd) return [{ start: line, end: line, text: `,${body}` }];
  return [
    { start: lastEnd, end: lastEnd, text: ',' },
    { start: line, end: line, text: body },
  ];
}

function newFlowText(layout: Layout, node: MapNode | ListNode, position: string | number, value: JsonValue): string {
  const quote = siblingQuote(node);
  const text =
    typeof value === 'string' && !layout.json
      ? scalarText(value, { quote, flow: true, fallback: layout.quote })
      : flowText(value, layout);
  if (node.kind === 'list') return text;
  const quoted =
    node.entries.length > 0 && node.entries.every(({ key }) => key.kind === 'scalar' && key.style === 'double');
  const key = String(position);
  return `${quoted ? scalarText(key, { quote: 'double', flow: true }) : keyText(key, layout, true)}: ${text}`;
}

/** `{}` and `[ ]` filled; the blanks inside stay on both sides. */
function fillEmpty(layout: Layout, node: MapNode | ListNode, entry: string): Span {
  const start = node.range[0] + 1;
  const end = node.range[1] - 1;
  const inner = layout.text.slice(start, end);
  if (inner.trim() !== '') throw refuse(layout, 'edit-unsupported', 'there is a comment in the brackets', start);
  const padding = inner === '' || inner.includes('\n') ? '' : ' ';
  return { start, end, text: `${padding}${entry}${padding}` };
}

function insertBefore(layout: Layout, node: ListNode, index: number, entry: string): Span {
  const at = node.items[index]?.value.range[0] ?? node.range[0] + 1;
  const prefix = linePrefix(layout.text, at);
  const gap = prefix.trim() === '' ? layout.eol + prefix : ' ';
  return { start: at, end: at, text: `${entry},${gap}` };
}
