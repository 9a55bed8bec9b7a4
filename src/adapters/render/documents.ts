import type { JsonObject } from '../../domain/json.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { readDocuments } from '../../domain/yaml/read.ts';
import { isManifest } from './objects.ts';

/**
 * The manifests of one file, as Argo CD reads it (repository.go getObjsFromYAMLOrJson): a file that is not YAML, or a
 * document without a kind, is an error only where the file looks like manifests. Error code: `file-invalid`.
 */
export function readManifests(
  text: string,
  file: string,
): Result<readonly { readonly document: number; readonly value: JsonObject }[], Problem> {
  const looksLikeManifest = ['apiVersion:', 'kind:', 'metadata:'].every((word) => text.includes(word));
  const json = file.endsWith('.json');
  const documents = readDocuments(text, file);
  if (!documents.ok) {
    return looksLikeManifest || json ? err({ ...documents.error, code: 'file-invalid' }) : ok([]);
  }
  if (json && documents.value.length !== 1) {
    return err(problem('file-invalid', 'a JSON file must hold exactly one object', { place: { file } }));
  }
  const out: { document: number; value: JsonObject }[] = [];
  for (const { index, value, firstLine } of documents.value) {
    if (value === null) continue;
    if (isManifest(value)) out.push({ document: index, value });
    else if (looksLikeManifest || json || out.length > 0) {
      const place = { file, line: firstLine };
      return err(problem('file-invalid', 'a document is not a Kubernetes object: it has no kind', { place }));
    } else return ok([]);
  }
  return ok(out);
}

/** The objects that a program printed. Error code: `render-failed`. */
export function readOutput(text: string): Result<readonly JsonObject[], Problem> {
  const documents = readDocuments(text);
  if (!documents.ok) return err({ ...documents.error, code: 'render-failed' });
  return ok(documents.value.flatMap(({ value }) => (isManifest(value) ? [value] : [])));
}
