import type { SourceEdit, Span } from '../../domain/change-set.ts';
import { deepEqual } from '../../domain/json.ts';
import { getField } from '../../domain/field-path.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { checkEdit } from './check-edit.ts';
import type { OpenDocument } from './edit-document.ts';
import { refuseText } from './generated.ts';
import { editInside } from './inside.ts';
import { Refusal, refusal } from './refusal.ts';
import { applyInOrder } from './rename.ts';
import type { Selected } from './select.ts';
import { selectDocument } from './select.ts';
import { applySpans, trimSpan } from './splice.ts';

/** What is to be done to one document of a text. With `inside`, `document` selects the outer document. */
export type TextEdit = Omit<SourceEdit, 'path'>;

/** The new text of a file, and what is different in it. */
export interface EditedText {
  readonly text: string;
  /** Sorted, apart from each other, as small as they can be. Empty where the text says already what it should. */
  readonly spans: readonly Span[];
}

/**
 * Edits a YAML or JSON text so that exactly the operations come true and every other byte stays. Edits are carried out
 * in order; each document is selected as it was before the first. The answer has passed `checkEdit`.
 *
 * Error codes: those of `readDocuments`, of `applyOperations` (`no-such-field`, `test-failed`, `not-applicable`), and
 * `edit-anchor`, `edit-not-found`, `edit-ambiguous`, `edit-unsupported`, `generated-file`, `document-not-found`,
 * `document-ambiguous`, `edit-check-failed`.
 */
export function editText(text: string, edits: readonly TextEdit[], file: string): Result<EditedText, Problem> {
  const refused = refuseText(text, file);
  if (refused) return err(refused);
  try {
    const open = new Map<number, OpenDocument>();
    for (const edit of edits) {
      const selected = selectDocument(text, edit.document, file);
      if (!selected.ok) return selected;
      const { index } = selected.value.document;
      open.set(index, carryOut(open.get(index) ?? openDocument(text, selected.value, file), selected.value, edit));
    }
    const spans = spansOf(text, [...open.values()]);
    const edited = applySpans(text, spans);
    const checked = checkEdit(text, edited, edits, spans, file);
    return checked.ok ? ok({ text: edited, spans }) : checked;
  } catch (error) {
    if (error instanceof Refusal) return err(error.problem);
    throw error;
  }
}

function openDocument(text: string, { document }: Selected, file: string): OpenDocument {
  const eol = /\r?\n/.exec(document.source)?.[0] ?? /\r?\n/.exec(text)?.[0] ?? '\n';
  const { source, range, firstLine } = document;
  return { original: source, start: range[0], document, spans: [], eol, file, lineOffset: firstLine - 1 };
}

function carryOut(open: OpenDocument, { document, prefix }: Selected, edit: TextEdit): OpenDocument {
  const path = edit.inside?.path;
  const ref = (from: OpenDocument['document']): unknown =>
    getField(from.value, [...prefix, 'metadata', 'name']) ?? null;
  if (prefix.length > 0 && !deepEqual(ref(open.document) as string | null, ref(document) as string | null)) {
    throw refusal('edit-ambiguous', 'an edit before this one moved the object in its list', open.file);
  }
  if (path) return editInside(open, [...prefix, ...path], edit.operations);
  const operations = edit.operations.map((operation) => ({ ...operation, path: [...prefix, ...operation.path] }));
  return applyInOrder(open, operations);
}

function spansOf(text: string, documents: readonly OpenDocument[]): Span[] {
  return documents
    .flatMap(({ start, spans }) => spans.map((span) => ({ ...span, start: span.start + start, end: span.end + start })))
    .flatMap((span) => trimSpan(text, span) ?? [])
    .toSorted((a, b) => a.start - b.start);
}
