import type { Span } from '../../domain/change-set.ts';
import type { ScalarNode, YamlNode } from '../../domain/yaml/node.ts';
import type { Layout } from './layout.ts';
import { contentEnd, lineEnd, nextLine } from './layout.ts';
import { literalBlock } from './scalar-text.ts';

/** Whether a node is a literal or folded block (`|`, `>`). */
export function isScalarBlock(node: YamlNode): node is ScalarNode {
  return node.kind === 'scalar' && (node.style === 'literal' || node.style === 'folded');
}

/** `|`, `>-`, `|2+`: the header without the comment behind it. */
export function blockHeader(layout: Layout, node: ScalarNode): string {
  const line = layout.text.slice(node.range[0], lineEnd(layout.text, node.range[0]));
  return /^[|>][-+\d]*/.exec(line)?.[0] ?? line;
}

/**
 * Writes the new lines of a block scalar in the place of the old ones, with the same indentation. `parent` is the column
 * of its key or dash. Undefined where the string cannot be written as a block.
 */
export function rewriteBlock(layout: Layout, node: ScalarNode, parent: number, value: string): Span[] | undefined {
  const { text, eol } = layout;
  if (!layout.literals) return undefined;
  const end = contentEnd(node, text);
  const indent = blockIndent(layout, node, parent) ?? parent + layout.step;
  const block = literalBlock(value, indent - parent) ?? oneLineBlock(value);
  if (!block) return undefined;
  const lines = block.lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
  const old = blockHeader(layout, node);
  const header =
    /\d/.test(old) && !/\d/.test(block.header) ? `|${indent - parent}${block.header.slice(1)}` : block.header;
  return [
    { start: node.range[0], end: node.range[0] + old.length, text: header },
    { start: lineEnd(text, node.range[0]), end, text: [''].concat(lines).join(eol) },
  ];
}

function oneLineBlock(value: string): { header: string; lines: string[] } | undefined {
  const safe = /^[^\s\p{C}][^\p{C}\u2028\u2029]*$/u.test(value);
  return safe ? { header: '|-', lines: [value] } : undefined;
}

/** Column of a block scalar's text: what the header says, or its first line that is not blank. */
export function blockIndent(layout: Layout, node: ScalarNode, parent: number): number | undefined {
  const { text } = layout;
  const explicit = /\d/.exec(blockHeader(layout, node));
  if (explicit) return parent + Number(explicit[0]);
  for (let at = nextLine(text, node.range[0]); at < node.range[1]; at = nextLine(text, at)) {
    const line = text.slice(at, lineEnd(text, at));
    if (line.trim() === '') continue;
    return line.length - line.trimStart().length;
  }
  return undefined;
}
