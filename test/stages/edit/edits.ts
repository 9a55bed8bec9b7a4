import assert from 'node:assert/strict';
import type { Operation } from '../../../src/domain/change.ts';
import { parseFieldPath } from '../../../src/domain/field-path.ts';
import type { FieldPath } from '../../../src/domain/field-path.ts';
import type { JsonValue } from '../../../src/domain/json.ts';
import type { TextEdit } from '../../../src/stages/edit/edit-text.ts';
import { editText } from '../../../src/stages/edit/edit-text.ts';

export function path(text: string): FieldPath {
  const parsed = parseFieldPath(text);
  assert.ok(parsed.ok, text);
  return parsed.ok ? parsed.value : [];
}

export function replace(at: string, value: JsonValue): Operation {
  return { op: 'replace', path: path(at), value };
}

export function add(at: string, value: JsonValue): Operation {
  return { op: 'add', path: path(at), value };
}

export function remove(at: string): Operation {
  return { op: 'remove', path: path(at) };
}

/** The first document of the text with the operations, or `code: message` where it is refused. */
export function edited(text: string, ...operations: Operation[]): string {
  return editedBy(text, { document: { index: 0 }, operations });
}

export function editedBy(text: string, ...edits: TextEdit[]): string {
  const result = editText(text, edits, 'a.yaml');
  return result.ok ? result.value.text : `${result.error.code}: ${result.error.message}`;
}

export function codeOf(text: string, ...operations: Operation[]): string {
  const result = editText(text, [{ document: { index: 0 }, operations }], 'a.yaml');
  return result.ok ? 'ok' : result.error.code;
}
