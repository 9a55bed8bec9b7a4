import type { Operation } from '../../domain/change.ts';
import { applyOperations } from '../../domain/change.ts';
import type { Span } from '../../domain/change-set.ts';
import { formatFieldPath } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { deepEqual } from '../../domain/json.ts';
import type { YamlDocument } from '../../domain/yaml/read.ts';
import { readChunk } from '../../domain/yaml/read.ts';
import { addValue } from './add.ts';
import type { Layout } from './layout.ts';
import { layoutOf } from './layout.ts';
import type { Primitive } from './primitives.ts';
import { primitivesOf } from './primitives.ts';
import { Refusal, refusal } from './refusal.ts';
import { removeValue } from './remove.ts';
import { replaceValue } from './replace.ts';
import { addSplice, applySpans } from './splice.ts';
import { findTarget } from './target.ts';

/** One document while operations are applied to its text, one after the other. */
export interface OpenDocument {
  /** The document's text before any edit, and where it begins in the file. */
  readonly original: string;
  readonly start: number;
  readonly document: YamlDocument;
  readonly spans: readonly Span[];
  readonly eol: string;
  readonly file: string;
  /** Lines of the file before this document. */
  readonly lineOffset: number;
}

/** The layout of a document that is being edited. */
export function layout(open: OpenDocument): Layout {
  const { document, file, lineOffset, eol } = open;
  return layoutOf({ text: document.source, file, lineOffset }, document.root, eol);
}

/** Applies an operation to a value of any type; refuses with what `applyOperations` says. */
export function applyTo(value: JsonValue, operation: Operation, file: string): JsonValue {
  const path = ['document', ...operation.path];
  const applied = applyOperations({ document: value }, [{ ...operation, path }]);
  if (applied.ok) return applied.value.object['document'] ?? null;
  const { error } = applied;
  throw new Refusal({ ...error, message: error.message.replaceAll('document.', ''), place: { file } });
}

/** Applies one operation to the text. Throws Refusal. */
export function applyOperation(open: OpenDocument, operation: Operation): OpenDocument {
  const { value } = open.document;
  // The walk names what is in the way better than the generic message does. Adding needs only the parent, and a test
  // may read through aliases.
  if (operation.op !== 'test')
    findTarget(layout(open), operation.op === 'add' ? operation.path.slice(0, -1) : operation.path);
  const expected = applyTo(value, operation, open.file);
  if (operation.op === 'test') return open;
  // A comment right below can fall into a literal block; an escaped string has no such neighbours.
  for (const literals of [true, false]) {
    let edited = open;
    for (const step of primitivesOf(value, operation))
      edited = splice(edited, spansOf({ ...layout(edited), literals }, step));
    if (deepEqual(edited.document.value, expected)) return edited;
  }
  const field = formatFieldPath(operation.path);
  throw refusal('edit-unsupported', `${operation.op} ${field} cannot be written here without changing more`, open.file);
}

function spansOf(at: Layout, step: Primitive): Span[] {
  if (step.op === 'add') return addValue(at, step.parent, step.position, step.value);
  const target = findTarget(at, step.path);
  return step.op === 'remove' ? removeValue(at, target) : replaceValue(at, target, step.value);
}

/** Puts splices into the text and reads it again. Splices do not overlap. */
export function splice(open: OpenDocument, splices: readonly Span[]): OpenDocument {
  if (splices.length === 0) return open;
  const sorted = splices.toSorted((a, b) => a.start - b.start);
  const text = applySpans(open.document.source, sorted);
  let { spans } = open;
  // From the back, so that offsets in front stay true.
  for (const one of sorted.toReversed()) spans = addSplice(open.original, spans, one);
  // From here on the document stands alone, so its range says nothing about the file.
  const chunk = { index: open.document.index, start: 0, end: text.length, firstLine: 1 };
  const document = readChunk(text, chunk, open.file);
  if (!document.ok) {
    throw refusal('edit-unsupported', `the edit would break the document: ${document.error.message}`, open.file);
  }
  return { ...open, document: document.value, spans };
}
