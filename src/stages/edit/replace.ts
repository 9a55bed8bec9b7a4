import type { Span } from '../../domain/change-set.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isArray } from '../../domain/json.ts';
import type { ListNode, MapNode, ScalarNode, YamlNode } from '../../domain/yaml/node.ts';
import { blockLines, flowText, inlineLines, isBlockValue } from './collection-text.ts';
import type { Layout } from './layout.ts';
import { blockHeader, isScalarBlock, rewriteBlock } from './block-scalar.ts';
import { columnOf, contentEnd, isBlock, lineEnd, refuse, startsLine } from './layout.ts';
import type { Quote } from './scalar-text.ts';
import { scalarText } from './scalar-text.ts';
import type { Slot, Target } from './target.ts';
import { checkUnshared } from './target.ts';

/** Splices that put `value` where `target` stands. Maps and lists of the same shape are taken apart by the caller. */
export function replaceValue(layout: Layout, target: Target, value: JsonValue): Span[] {
  const { node, slots, inFlow } = target;
  checkUnshared(layout, node);
  if (node.tag !== undefined) throw refuse(layout, 'edit-unsupported', 'the value has a tag', node.range[0]);
  const flow = inFlow || layout.json;
  const slot = slots.at(-1);
  if (!slot) return replaceRoot(layout, node, value);
  if (isBlockValue(value) && !flow) return putBlock(layout, node, slot, value);
  if (isScalarBlock(node) && typeof value === 'string') {
    const spans = rewriteBlock(layout, node, slotColumn(layout, slot), value);
    if (spans) return spans;
  }
  // A text that is written with escapes stays so.
  const escaped = node.kind === 'scalar' && node.style === 'double' && node.text.includes('\n');
  if (typeof value === 'string' && value.includes('\n') && !flow && !escaped)
    return putMultiline(layout, node, slot, value);
  const text =
    typeof value === 'object' && value !== null
      ? flowText(value, layout)
      : scalarText(value, { quote: layout.json ? 'double' : quoteOf(node, slot), flow, fallback: layout.quote });
  return putInline(layout, node, slot, text);
}

function replaceRoot(layout: Layout, node: YamlNode, value: JsonValue): Span[] {
  const empty = typeof value === 'object' && value !== null && !isBlockValue(value);
  if (!empty || node.kind === 'scalar') {
    throw refuse(layout, 'edit-unsupported', 'a whole document is not replaced', node.range[0]);
  }
  return [{ start: node.range[0], end: contentEnd(node, layout.text), text: flowText(value, layout) }];
}

/** Just behind the `:` or `-` that a slot's value follows, anchor and tag included. */
export function slotAfter(slot: Slot): number {
  const { container, index } = slot;
  if (container.kind === 'list') return container.items[index]?.after ?? container.range[0];
  const entry = container.entries[index];
  return entry?.after ?? entry?.key.range[1] ?? container.range[0];
}

/** Column of the key or dash of a slot in a block collection. */
export function slotColumn(layout: Layout, { container, index }: Slot): number {
  const start = container.kind === 'map' ? container.entries[index]?.key.range[0] : container.items[index]?.dash;
  return columnOf(layout.text, start ?? container.range[0]);
}

/** The node's own quotes; for other nodes the quotes that all strings beside it have. */
function quoteOf(node: YamlNode, slot: Slot): Quote {
  if (node.kind === 'scalar' && node.style !== 'empty') return styleQuote(node.style);
  return siblingQuote(slot.container);
}

function styleQuote(style: ScalarNode['style']): Quote {
  return style === 'single' || style === 'double' ? style : 'plain';
}

/** Quotes that every string of a collection has; plain where they differ or there is none. */
export function siblingQuote(container: MapNode | ListNode): Quote {
  const values = container.kind === 'map' ? container.entries : container.items;
  const quotes = values.flatMap(({ value }) =>
    value.kind === 'scalar' && value.resolved.type === 'string' ? [styleQuote(value.style)] : [],
  );
  const [first = 'plain'] = quotes;
  return quotes.every((quote) => quote === first) ? first : 'plain';
}

/** Puts a text of one line behind the key or dash; the comment on that line stays. */
function putInline(layout: Layout, node: YamlNode, slot: Slot, text: string): Span[] {
  const { container, index } = slot;
  const after = slotAfter(slot);
  if (node.kind === 'scalar' && node.style === 'empty') {
    const colon = container.kind === 'map' && container.entries[index]?.after === undefined ? ':' : '';
    return [{ start: after, end: after, text: `${colon} ${text}` }];
  }
  if (isScalarBlock(node)) {
    const header = blockHeader(layout, node);
    const end = contentEnd(node, layout.text);
    return [
      { start: node.range[0], end: node.range[0] + header.length, text },
      { start: lineEnd(layout.text, node.range[0]), end, text: '' },
    ];
  }
  if (!isBlock(node) || !startsLine(layout.text, node.range[0])) {
    return [{ start: node.range[0], end: contentEnd(node, layout.text), text }];
  }
  return [{ start: after, end: after, text: ` ${text}` }, ...dropLinesAfter(layout, after, node)];
}

/** Takes away the lines of a block node that stands below its key; the rest of the key's line stays. */
function dropLinesAfter(layout: Layout, after: number, node: YamlNode): Span[] {
  return [{ start: lineEnd(layout.text, after), end: lineEnd(layout.text, contentEnd(node, layout.text)), text: '' }];
}

/** Puts a map or list on lines of its own below the key, or beside the dash. */
function putBlock(layout: Layout, node: YamlNode, slot: Slot, value: JsonValue): Span[] {
  if (!isBlockValue(value)) return [];
  const { text, eol } = layout;
  const column = slotColumn(layout, slot);
  const after = slotAfter(slot);
  const end = contentEnd(node, text);
  if (slot.container.kind === 'list') {
    const lines = blockLines(value, column + 2, layout);
    const body = ` ${lines.join(eol).trimStart()}`;
    if (node.anchor !== undefined || text.slice(after, node.range[0]).includes('\n')) {
      throw refuse(layout, 'edit-unsupported', 'the list item is written in an unusual way', node.range[0]);
    }
    return [{ start: after, end, text: body }];
  }
  const deeper = isArray(value) && !layout.indentLists ? column : column + layout.step;
  const body = eol + blockLines(value, deeper, layout).join(eol);
  if (isBlock(node)) return [{ start: lineEnd(text, after), end: lineEnd(text, end), text: body }];
  if (isScalarBlock(node)) return [{ start: after, end, text: body }];
  const line = lineEnd(text, end);
  const cut: Span = { start: after, end, text: '' };
  return line === end ? [{ ...cut, text: body }] : [cut, { start: line, end: line, text: body }];
}

/** A string with line breaks where there was something else: a literal block, or an escaped string. */
function putMultiline(layout: Layout, node: YamlNode, slot: Slot, value: string): Span[] {
  const column = slotColumn(layout, slot);
  const deeper = slot.container.kind === 'list' ? 2 : layout.step;
  const [first = '', ...rest] = inlineLines(value, column, deeper, layout);
  const spans = putInline(layout, node, slot, first);
  if (rest.length === 0) return spans;
  const line = lineEnd(layout.text, Math.max(contentEnd(node, layout.text), slotAfter(slot)));
  const body = layout.eol + rest.join(layout.eol);
  const last = spans.at(-1);
  if (last && last.end === line) return [...spans.slice(0, -1), { ...last, text: last.text + body }];
  return [...spans, { start: line, end: line, text: body }];
}
