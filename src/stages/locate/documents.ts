import type { JsonObject } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { readDocuments } from '../../domain/yaml/read.ts';

/** The maps among a file's documents, each with its index. Error code: `file-invalid`. */
export function readAll(
  text: string,
  file: string,
): Result<readonly { readonly document: number; readonly value: JsonObject }[], Problem> {
  const documents = readDocuments(text, file);
  if (!documents.ok) return err({ ...documents.error, code: 'file-invalid' });
  return ok(documents.value.flatMap(({ index, value }) => (isObject(value) ? [{ document: index, value }] : [])));
}

/** The first map of a file; an empty map where it holds none. Error code: `file-invalid`. */
export function readOne(text: string, file: string): Result<JsonObject, Problem> {
  const documents = readAll(text, file);
  return documents.ok ? ok(documents.value[0]?.value ?? {}) : documents;
}
