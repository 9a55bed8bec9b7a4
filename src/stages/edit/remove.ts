import type { Span } from '../../domain/change-set.ts';
import type { ListNode, MapNode } from '../../domain/yaml/node.ts';
import type { Layout } from './layout.ts';
import {
  columnOf,
  contentEnd,
  indentOf,
  isFlow,
  lineEnd,
  linePrefix,
  lineStart,
  nextLine,
  refuse,
  startsLine,
} from './layout.ts';
import { replaceValue, slotAfter } from './replace.ts';
import type { Slot, Target } from './target.ts';
import { checkUnshared } from './target.ts';

/**
 * Splices that take the last slot of `target` out of its map or list, with its line, the comment on it and the comment
 * lines directly above it. What was the only entry leaves `{}` or `[]`.
 */
export function removeValue(layout: Layout, target: Target): Span[] {
  const { node, slots } = target;
  const slot = slots.at(-1);
  if (!slot) throw refuse(layout, 'edit-unsupported', 'a whole document is not removed', node.range[0]);
  checkUnshared(layout, node);
  const { container } = slot;
  if (container.kind === 'map' && container.style === 'implicit') {
    throw refuse(layout, 'edit-unsupported', 'this map has no braces', container.range[0]);
  }
  const count = container.kind === 'map' ? container.entries.length : container.items.length;
  if (count === 1) {
    const around = slots.slice(0, -1);
    const nested = around.some((outer) => isFlow(outer.container));
    return replaceValue(layout, { node: container, slots: around, inFlow: nested }, container.kind === 'map' ? {} : []);
  }
  return isFlow(container) ? removeFromFlow(layout, slot, count) : removeLines(layout, slot, slots.at(-2));
}

function startOf(layout: Layout, { container, index }: Slot): number {
  if (container.kind === 'list') {
    const item = container.items[index];
    return item && item.dash >= 0 ? item.dash : (item?.value.range[0] ?? container.range[0]);
  }
  const entry = container.entries[index];
  if (!entry || entry.explicit || entry.key.anchor !== undefined || entry.key.tag !== undefined) {
    throw refuse(layout, 'edit-unsupported', 'the key is written in an unusual way', container.range[0]);
  }
  return entry.key.range[0];
}

function endOf(layout: Layout, slot: Slot): number {
  const { container, index } = slot;
  const value = container.kind === 'map' ? container.entries[index]?.value : container.items[index]?.value;
  return Math.max(slotAfter(slot), value ? contentEnd(value, layout.text) : 0);
}

function removeLines(layout: Layout, slot: Slot, outer: Slot | undefined): Span[] {
  const { text } = layout;
  const { container, index } = slot;
  const start = startOf(layout, slot);
  indentOf(layout, container);
  if (!startsLine(text, start)) return [removeBesideDash(layout, slot, start)];
  const floor = floorOf(layout, container, index, outer);
  const from = aboveComments(text, lineStart(text, start), columnOf(text, start), floor);
  let to = nextLine(text, endOf(layout, slot));
  while (to < text.length && isDeeperComment(text, to, columnOf(text, start))) to = nextLine(text, to);
  if (to < text.length || text.endsWith('\n')) return [{ start: from, end: to, text: '' }];
  // The last line of a text without a final line break: the break before it goes instead.
  return [{ start: from - (text[from - 2] === '\r' ? 2 : 1), end: to, text: '' }];
}

/** Comment lines above an entry reach up to here: the end of its elder sibling, or of the line of its parent. */
function floorOf(layout: Layout, container: MapNode | ListNode, index: number, outer: Slot | undefined): number {
  if (index > 0) return endOf(layout, { container, index: index - 1 });
  // Above the first key of a document stands what is said about the whole file.
  return outer ? slotAfter(outer) : layout.text.length;
}

function aboveComments(text: string, line: number, column: number, floor: number): number {
  let from = line;
  while (from > 0) {
    const above = lineStart(text, from - 1);
    const content = text.slice(above, from);
    if (above <= floor || content.length - content.trimStart().length !== column || content[column] !== '#') break;
    from = above;
  }
  return from;
}

function isDeeperComment(text: string, line: number, column: number): boolean {
  const content = text.slice(line, lineEnd(text, line));
  const indent = content.length - content.trimStart().length;
  return content[indent] === '#' && indent > column;
}

/** The first key behind a dash: the second one takes its place. */
function removeBesideDash(layout: Layout, { container, index }: Slot, start: number): Span {
  const next = startOf(layout, { container, index: index + 1 });
  const end = endOf(layout, { container, index });
  if (index > 0 || layout.text.slice(nextLine(layout.text, end), next).trim() !== '') {
    throw refuse(layout, 'edit-unsupported', 'a comment stands between this key and the next', start);
  }
  return { start, end: next, text: '' };
}

function removeFromFlow(layout: Layout, slot: Slot, count: number): Span[] {
  const { text } = layout;
  const { container, index } = slot;
  const value = container.kind === 'map' ? container.entries[index]?.value : container.items[index]?.value;
  const start = startOf(layout, slot);
  if (value?.anchor !== undefined || value?.tag !== undefined) {
    throw refuse(layout, 'edit-unsupported', 'the value has an anchor or a tag', start);
  }
  const end = endOf(layout, slot);
  const last = index === count - 1;
  const from = last ? endOf(layout, { container, index: index - 1 }) : start;
  const to = last ? end : startOf(layout, { container, index: index + 1 });
  if (!/#/.test(text.slice(from, start) + text.slice(end, to))) return [{ start: from, end: to, text: '' }];
  return removeFlowLine(layout, { start, end, last, before: from });
}

/** An entry on a line of its own among comments: the line goes, and the comma before it where it was the last. */
function removeFlowLine(layout: Layout, entry: { start: number; end: number; last: boolean; before: number }): Span[] {
  const { text } = layout;
  const line = lineEnd(text, entry.end);
  const rest = text.slice(entry.end, line);
  if (linePrefix(text, entry.start).trim() !== '' || !/^\s*,?\s*(?:#.*)?$/.test(rest)) {
    throw refuse(layout, 'edit-unsupported', 'there are comments inside the brackets', entry.start);
  }
  const cut: Span = { start: lineStart(text, entry.start), end: nextLine(text, entry.end), text: '' };
  if (!entry.last || rest.trimStart().startsWith(',')) return [cut];
  const comma = /^\s*,/.exec(text.slice(entry.before));
  if (!comma) throw refuse(layout, 'edit-unsupported', 'there are comments inside the brackets', entry.start);
  const at = entry.before + comma[0].length;
  return [{ start: at - 1, end: at, text: '' }, cut];
}
