import type { DocumentSelector } from '../../domain/change-set.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { formatRef, refOf, sameObject } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { YamlDocument } from '../../domain/yaml/read.ts';
import { readChunk } from '../../domain/yaml/read.ts';
import type { Chunk } from '../../domain/yaml/split.ts';
import { splitDocuments } from '../../domain/yaml/split.ts';

/** A document of a file, and the path in it of the object that was asked for (an item of a `kind: List`). */
export interface Selected {
  readonly document: YamlDocument;
  readonly prefix: FieldPath;
}

/**
 * Finds and reads the one document that a selector means; the other documents are read only where they could be meant
 * too. Error codes: `document-not-found`, `document-ambiguous`, and those of `readDocuments`.
 */
export function selectDocument(text: string, selector: DocumentSelector, file: string): Result<Selected, Problem> {
  const chunks = splitDocuments(text, file);
  if (!chunks.ok) return chunks;
  if ('index' in selector) {
    const chunk = chunks.value[selector.index];
    if (chunks.value.length === 0 && selector.index === 0) return ok({ document: nothingYet(text), prefix: [] });
    if (!chunk) return notFound(`the file has no document ${selector.index}`, file);
    const document = readChunk(text, chunk, file);
    return document.ok ? ok({ document: document.value, prefix: [] }) : document;
  }
  return byRef(text, chunks.value, selector, file);
}

/** A file with nothing in it but comments, as a map that has no entry yet: a values file that is begun. */
function nothingYet(text: string): YamlDocument {
  const at = text.length;
  const root = { kind: 'map', style: 'block', entries: [], range: [at, at] } as const;
  return { index: 0, value: {}, range: [0, at], source: text, root, firstLine: 1 };
}

function byRef(
  text: string,
  chunks: readonly Chunk[],
  selector: { readonly ref: ObjectRef; readonly defaultNamespace?: string },
  file: string,
): Result<Selected, Problem> {
  const { ref, defaultNamespace } = selector;
  const hits: Selected[] = [];
  for (const chunk of chunks) {
    if (!mayHold(text.slice(chunk.start, chunk.end), ref)) continue;
    const document = readChunk(text, chunk, file);
    if (!document.ok) return document;
    hits.push(
      ...pathsOf(document.value.value, ref, defaultNamespace).map((prefix) => ({ document: document.value, prefix })),
    );
  }
  const [hit, second] = hits;
  if (!hit) return notFound(`the file does not declare ${formatRef(ref)}`, file);
  if (!second) return ok(hit);
  const message = `the file declares ${formatRef(ref)} ${hits.length} times`;
  return err(problem('document-ambiguous', message, { place: { file, line: second.document.firstLine } }));
}

function notFound(message: string, file: string): Result<never, Problem> {
  return err(problem('document-not-found', message, { place: { file } }));
}

/** False where a document surely does not name the object: its kind or name is not there, nor an escape to write them. */
function mayHold(source: string, ref: ObjectRef): boolean {
  return /\\[xuU\r\n]|binary/.test(source) || (hasWord(source, ref.kind) && hasWord(source, ref.name));
}

/** Whether a text holds a word that is not a part of a longer name. */
function hasWord(source: string, word: string): boolean {
  for (let at = source.indexOf(word); at >= 0; at = source.indexOf(word, at + 1)) {
    if (!/[\w.-]/.test(source.charAt(at - 1)) && !/[\w.-]/.test(source.charAt(at + word.length))) return true;
  }
  return false;
}

function pathsOf(value: JsonValue, ref: ObjectRef, defaultNamespace: string | undefined): FieldPath[] {
  if (!isObject(value)) return [];
  const own = refOf(value, ref.namespace === undefined ? undefined : defaultNamespace);
  if (own && sameObject(own, ref)) return [[]];
  // Whatever has items is a list of objects (apimachinery, meta.IsListType): a `DeploymentList` too.
  if (!isArray(value['items'])) return [];
  return value['items'].flatMap((item, i) => pathsOf(item, ref, defaultNamespace).map((path) => ['items', i, ...path]));
}
