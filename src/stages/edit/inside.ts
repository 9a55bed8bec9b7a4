import type { Operation } from '../../domain/change.ts';
import type { Span } from '../../domain/change-set.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import { deepEqual } from '../../domain/json.ts';
import type { ScalarNode } from '../../domain/yaml/node.ts';
import { readChunk, readDocuments } from '../../domain/yaml/read.ts';
import { splitDocuments } from '../../domain/yaml/split.ts';
import { blockHeader, blockIndent } from './block-scalar.ts';
import type { OpenDocument } from './edit-document.ts';
import { layout, splice } from './edit-document.ts';
import { contentEnd, nextLine, refuse } from './layout.ts';
import type { Layout } from './layout.ts';
import { Refusal, refusal } from './refusal.ts';
import { applyInOrder } from './rename.ts';
import { replaceValue, slotColumn } from './replace.ts';
import { applySpans, trimSpan } from './splice.ts';
import type { Target } from './target.ts';
import { findTarget } from './target.ts';

/**
 * Applies operations to the YAML document that is written in the string at `path` of an open document. In a literal
 * block (`|`) only the lines that differ are touched; a quoted string of one line is written anew. Throws Refusal.
 */
export function editInside(open: OpenDocument, path: FieldPath, operations: readonly Operation[]): OpenDocument {
  const at = layout(open);
  const target = findTarget(at, path);
  const { node } = target;
  const name = formatFieldPath(path);
  if (node.kind !== 'scalar' || node.resolved.type !== 'string') {
    throw refuse(at, 'edit-unsupported', `${name} is not a string that holds YAML`, node.range[0]);
  }
  const before = node.text;
  const after = editString(before, operations, open.file, name);
  if (before === after) return open;
  if (node.style === 'literal')
    return holding(splice(open, rewriteLines(at, node, target, before, after)), path, after);
  const oneLine = !at.text.slice(...node.range).includes('\n');
  if ((node.style !== 'double' && node.style !== 'single') || !oneLine) {
    throw refuse(at, 'edit-unsupported', `${name} is not written as a literal block (|)`, node.range[0]);
  }
  const quoted = replaceValue({ ...at, literals: false }, target, after);
  return holding(splice(open, trimmed(at.text, quoted)), path, after);
}

/** The document, if the string at `path` now means what it should: a block's header can drop its last blank lines. */
function holding(open: OpenDocument, path: FieldPath, text: string): OpenDocument {
  const held = getField(open.document.value, path);
  if (held === text || (typeof held === 'string' && sameDocuments(held, text))) return open;
  throw refusal('edit-unsupported', `${formatFieldPath(path)} cannot hold the edited text as it is written`, open.file);
}

function sameDocuments(a: string, b: string): boolean {
  const [one, other] = [readDocuments(a), readDocuments(b)];
  if (!one.ok || !other.ok || one.value.length !== other.value.length) return false;
  return one.value.every((document, i) => deepEqual(document.value, other.value[i]?.value));
}

function editString(text: string, operations: readonly Operation[], file: string, name: string): string {
  const chunks = splitDocuments(text, file);
  if (!chunks.ok) throw new Refusal(chunks.error);
  const [chunk, second] = chunks.value;
  const refused = (code: string, message: string): Refusal => new Refusal({ code, message, place: { file } });
  if (!chunk) throw refused('document-not-found', `${name} holds no document`);
  if (second) throw refused('document-ambiguous', `${name} holds more than one document`);
  const read = readChunk(text, chunk, file);
  // Lines of the inner text are not lines of the file.
  if (!read.ok) throw refused(read.error.code, `in ${name}: ${read.error.message}`);
  let open: OpenDocument = {
    original: read.value.source,
    start: chunk.start,
    document: read.value,
    spans: [],
    eol: '\n',
    file,
    lineOffset: 0,
  };
  try {
    open = applyInOrder(open, operations);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw refused(error.problem.code, `in ${name}: ${error.problem.message}`);
  }
  const spans = open.spans.map((span) => ({ ...span, start: span.start + chunk.start, end: span.end + chunk.start }));
  return applySpans(text, spans);
}

/** The lines of a literal block that differ between two values, written with the block's indentation. */
function rewriteLines(at: Layout, node: ScalarNode, target: Target, before: string, after: string): Span[] {
  const { text, eol } = at;
  const slot = target.slots.at(-1);
  const indent = slot && blockIndent(at, node, slotColumn(at, slot));
  const chomp = /[-+]/.exec(blockHeader(at, node))?.[0];
  if (indent === undefined || before.endsWith('\n') !== after.endsWith('\n') || chomp === '+') {
    throw refuse(at, 'edit-unsupported', 'this block scalar is written in an unusual way', node.range[0]);
  }
  const old = before.split('\n');
  const now = after.split('\n');
  let head = 0;
  while (head < Math.min(old.length, now.length) && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const starts = contentLines(text, node);
  const start = starts[head];
  const end = starts[old.length - tail];
  if (start === undefined || end === undefined) {
    throw refuse(at, 'edit-unsupported', 'this block scalar is written in an unusual way', node.range[0]);
  }
  const pad = ' '.repeat(indent);
  const body = now.slice(head, now.length - tail).map((line) => (line === '' ? '' : pad + line) + eol);
  const lines = body.join('');
  if (end < text.length || text.endsWith('\n')) return trimmed(text, [{ start, end, text: lines }]);
  // The last line has no line break: the one before the changed lines is theirs instead of the one behind them.
  const from = text[start - 1] === '\n' ? start - (text[start - 2] === '\r' ? 2 : 1) : start;
  return trimmed(text, [{ start: from, end, text: (eol + lines).slice(0, -eol.length) }]);
}

/** Where each line of a block scalar's text begins, and where the line after the last would. */
function contentLines(text: string, node: ScalarNode): number[] {
  const starts: number[] = [];
  const end = contentEnd(node, text);
  let at = nextLine(text, node.range[0]);
  while (at < end) {
    starts.push(at);
    at = nextLine(text, at);
  }
  starts.push(at);
  return starts;
}

function trimmed(text: string, spans: readonly Span[]): Span[] {
  return spans.flatMap((span) => trimSpan(text, span) ?? []);
}
