import type { JsonValue } from '../../domain/json.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { readDocuments } from '../../domain/yaml/read.ts';

/** Where and why a text is not YAML; 1-based. */
export interface YamlError {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** All documents of a text, as Kubernetes reads them. For hand-written files; dumps take the fast path. */
export function readFullYaml(text: string): Result<JsonValue[], YamlError> {
  const read = readDocuments(text);
  if (read.ok) return ok(read.value.map((document) => document.value));
  const { message, place } = read.error;
  return err({ message, line: place?.line ?? 1, column: place?.column ?? 1 });
}
