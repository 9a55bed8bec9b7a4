import { applyOperations } from '../../domain/change.ts';
import type { Operation } from '../../domain/change.ts';
import type { SourceEdit, Span } from '../../domain/change-set.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { deepEqual, differences } from '../../domain/json.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { readChunk, readDocuments } from '../../domain/yaml/read.ts';
import { splitDocuments } from '../../domain/yaml/split.ts';
import { selectDocument } from './select.ts';
import { applySpans } from './splice.ts';

type Edits = readonly Omit<SourceEdit, 'path'>[];

/**
 * Proves an edit without looking at how it was made: every byte outside the spans is the same, every document that no
 * edit selects is the same, and each selected document, read again, is the old one with exactly the operations applied.
 * Error codes: `edit-check-failed`, and those of reading and selecting.
 */
export function checkEdit(
  before: string,
  after: string,
  edits: Edits,
  spans: readonly Span[],
  file = '<text>',
): Result<void, Problem> {
  const failed = (message: string): Result<never, Problem> =>
    err(problem('edit-check-failed', message, { place: { file } }));
  const ordered = spans.every((span, i) => span.start <= span.end && span.start >= (spans[i - 1]?.end ?? 0));
  if (!ordered || applySpans(before, spans) !== after) return failed('the text differs outside the edited spans');
  const old = splitDocuments(before, file);
  if (!old.ok) return old;
  const now = splitDocuments(after, file);
  if (!now.ok) return now;
  // A file with nothing in it gets its first document.
  const begun = old.value.length === 0 && now.value.length === 1;
  if (!begun && old.value.length !== now.value.length) return failed('the edit changes how many documents there are');
  const views = new Map<number, View>();
  for (const edit of edits) {
    const selected = selectDocument(before, edit.document, file);
    if (!selected.ok) return selected;
    const { document, prefix } = selected.value;
    const view = views.get(document.index) ?? { value: document.value, operations: [], insides: [] };
    views.set(document.index, withEdit(view, edit, prefix));
  }
  for (const [i, chunk] of (begun ? now.value : old.value).entries()) {
    const changed = now.value[i];
    const view = views.get(i);
    if (!changed) return failed('a document is missing');
    if (!view) {
      if (before.slice(chunk.start, chunk.end) === after.slice(changed.start, changed.end)) continue;
      return failed(`document ${i} changes without being meant`);
    }
    const document = readChunk(after, changed, file);
    if (!document.ok) return document;
    const compared = compare(view, document.value.value);
    if (!compared.ok) return failed(compared.error.message);
  }
  return ok(undefined);
}

/** A document's value before, and the operations on it in order; `insides` are the strings that are read as YAML. */
interface View {
  readonly value: JsonValue;
  readonly operations: readonly Operation[];
  readonly insides: readonly FieldPath[];
}

function withEdit(view: View, edit: Edits[number], prefix: FieldPath): View {
  const inside = edit.inside && [...prefix, ...edit.inside.path];
  // A string of YAML is looked at as the list of its documents; an edit inside is about the first.
  const base = inside ? [...inside, 0] : prefix;
  const operations = edit.operations.map((operation) => ({ ...operation, path: [...base, ...operation.path] }));
  const known = !inside || view.insides.some((path) => deepEqual([...path] as JsonValue, [...inside] as JsonValue));
  const insides = known || !inside ? view.insides : [...view.insides, inside];
  return { ...view, operations: [...view.operations, ...operations], insides };
}

function compare(view: View, actual: JsonValue): Result<void, Problem> {
  const before = opened(view.value, view.insides);
  if (!before.ok) return before;
  const operations = view.operations.map((operation) => ({ ...operation, path: ['document', ...operation.path] }));
  const expected = applyOperations(before.value, operations);
  if (!expected.ok) return expected;
  const now = opened(actual, view.insides);
  if (!now.ok) return now;
  if (deepEqual(expected.value.object, now.value)) return ok(undefined);
  const [first] = differences(expected.value.object, now.value);
  return err(problem('edit-check-failed', `the edited document differs from what was meant at ${first?.pointer}`));
}

/** The value under `document`, with each of these strings replaced by the documents that it holds. */
function opened(value: JsonValue, insides: readonly FieldPath[]): Result<JsonObject, Problem> {
  let object: JsonObject = { document: value };
  for (const inside of insides) {
    const path = ['document', ...inside];
    const text = getField(object, path);
    if (typeof text !== 'string') {
      return err(problem('edit-check-failed', `${formatFieldPath(inside)} is not a string that holds YAML`));
    }
    const documents = readDocuments(text);
    if (!documents.ok) return documents;
    const values = documents.value.map((document) => document.value);
    const replaced = applyOperations(object, [{ op: 'replace', path, value: values }]);
    if (!replaced.ok) return replaced;
    ({ object } = replaced.value);
  }
  return ok(object);
}
